import type { ApplicationSpec, InstanceSpec, NamespaceDefaults } from '@pilothouse/contract';

/** Where an effective value comes from: the nearest that says something wins. */
export type Origin = 'instance' | 'application' | 'project';

export interface Layers {
  application: ApplicationSpec;
  instance: Pick<InstanceSpec, 'overrides'>;
  defaults: NamespaceDefaults;
}

export interface EffectiveSpec {
  /** The three layers merged; nothing in it is null or `unset`. */
  spec: ApplicationSpec;
  /**
   * By path in `spec`: `container.command`, `container.env.LOG_LEVEL`, `container.ports.http`,
   * `container.volumeMounts./data`, `container.resources.requests.cpu`, `pod.labels.team`, `pod.volumes.data`, `service`.
   */
  origins: ReadonlyMap<string, Origin>;
}

/**
 * Merges what an instance says over what its application says over what the project says for the namespace:
 * values (command, args, probes, service, ingress, …) replace, null takes away; `env`, `ports`, `volumes` merge by name,
 * `volumeMounts` by mount path, own wins, `unset` takes away, the application's order is kept and new ones follow; maps
 * merge by key; `resources` by figure: instance, then application, then project, then none. `tolerations` and
 * `imagePullSecrets` of the project are added to the others'; its node selector holds where the others name no such key.
 */
export function effectiveSpec(_layers: Layers): EffectiveSpec {
  throw new Error('not written yet');
}
