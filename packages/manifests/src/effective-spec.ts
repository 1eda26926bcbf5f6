import type { ApplicationSpec, InstanceSpec, NamespaceDefaults } from '@pilothouse/contract';
import { isSame } from './canonical.ts';
import { isUnset, mergeItems, mergeMaps } from './merge.ts';
import { orNone, words } from './words.ts';

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
   * `container.volumeMounts./data`, `container.resources.requests.cpu`, `pod.labels.team`, `pod.volumes.data`, `service`,
   * `pod.tolerations.0`, `pod.imagePullSecrets.registry`. What the instance takes away is here as well, though not in `spec`.
   */
  origins: ReadonlyMap<string, Origin>;
}

/** Fields of a container that replace as a whole. */
export const containerValues = [
  'command',
  'args',
  'workingDir',
  'imagePullPolicy',
  'startupProbe',
  'readinessProbe',
  'livenessProbe',
  'lifecycle',
  'securityContext',
  'envFrom',
] as const;
/** Fields of its Pods that replace as a whole. */
export const podValues = [
  'serviceAccountName',
  'terminationGracePeriodSeconds',
  'priorityClassName',
  'securityContext',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'spread',
  'initContainers',
  'sidecars',
] as const;
const around = ['service', 'ingress', 'config', 'strategy'] as const;

type Maps = Readonly<Record<string, string | null>> | undefined;

/** Merges field by field, and notes where each comes from. */
class Merge {
  readonly origins = new Map<string, Origin>();

  value<T>(path: string, own: T | null | undefined, inherited: T | undefined): T | undefined {
    if (own !== undefined) this.origins.set(path, 'instance');
    else if (inherited !== undefined) this.origins.set(path, 'application');
    return own === undefined ? inherited : (own ?? undefined);
  }

  values<S extends object, K extends keyof S & string>(
    prefix: string,
    keys: readonly K[],
    own: { [P in K]?: S[P] | null },
    inherited: Pick<S, K>,
  ): Pick<S, K> {
    const merged = keys.map((key) => [key, this.value(`${prefix}${key}`, own[key], inherited[key])] as const);
    return Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as Pick<S, K>;
  }

  items<T extends object>(
    path: string,
    key: keyof T & string,
    own: readonly (NoInfer<T> | { unset: true })[] = [],
    inherited: readonly T[] = [],
  ): T[] | undefined {
    const note = (item: object, origin: Origin) =>
      this.origins.set(`${path}.${String((item as T)[key])}`, origin);
    for (const item of inherited) note(item, 'application');
    const names = new Set(inherited.map((item) => item[key]));
    for (const item of own) if (!isUnset(item) || names.has((item as T)[key])) note(item, 'instance');
    return orNone(mergeItems(key, inherited, own));
  }

  map(path: string, own: Maps, inherited: Maps, project?: Maps): Record<string, string> | undefined {
    const merged = mergeMaps<Origin>([
      ['instance', own],
      ['application', inherited],
      ['project', project],
    ]);
    for (const [key, { from }] of merged) this.origins.set(`${path}.${key}`, from);
    const values = [...merged].flatMap(([key, { value }]) => (value === null ? [] : [[key, value] as const]));
    return values.length === 0 ? undefined : Object.fromEntries(values);
  }

  /** The others', and those of the project that are not among them. */
  withProjects<T extends object>(
    path: string,
    own: readonly T[] | null | undefined,
    inherited: readonly T[] | undefined,
    project: readonly T[],
    nameOf: (item: T, index: number) => string,
  ): T[] | undefined {
    const others = this.value(path, own, inherited) ?? [];
    const added = project.filter((item) => !others.some((other) => isSame(other, item)));
    const all = [...others, ...added];
    for (const [index, item] of all.entries())
      this.origins.set(
        `${path}.${nameOf(item, index)}`,
        index < others.length ? (this.origins.get(path) ?? 'application') : 'project',
      );
    return orNone(all);
  }
}

/**
 * Merges what an instance says over what its application says over what the project says for the namespace:
 * values (command, args, probes, service, ingress, …) replace, null takes away; `env`, `ports`, `volumes` merge by name,
 * `volumeMounts` by mount path, own wins, `unset` takes away, the application's order is kept and new ones follow; maps
 * merge by key; `resources` by figure: instance, then application, then project, then none. `tolerations` and
 * `imagePullSecrets` of the project are added to the others'; its node selector holds where the others name no such key.
 */
export function effectiveSpec({ application, instance, defaults }: Layers): EffectiveSpec {
  const merge = new Merge();
  const { overrides: own } = instance;
  const container = {
    ...merge.values<ApplicationSpec['container'], (typeof containerValues)[number]>(
      'container.',
      containerValues,
      own.container,
      application.container,
    ),
    env: merge.items('container.env', 'name', own.container.env, application.container.env),
    ports: merge.items('container.ports', 'name', own.container.ports, application.container.ports),
    volumeMounts: merge.items(
      'container.volumeMounts',
      'mountPath',
      own.container.volumeMounts,
      application.container.volumeMounts,
    ),
    resources: resources(merge, { application, instance, defaults }),
  };
  container.command = words(container.command);
  container.args = words(container.args);
  const pod = {
    ...merge.values<ApplicationSpec['pod'], (typeof podValues)[number]>(
      'pod.',
      podValues,
      own.pod,
      application.pod,
    ),
    labels: merge.map('pod.labels', own.pod.labels, application.pod.labels),
    annotations: merge.map('pod.annotations', own.pod.annotations, application.pod.annotations),
    nodeSelector: merge.map(
      'pod.nodeSelector',
      own.pod.nodeSelector,
      application.pod.nodeSelector,
      defaults.nodeSelector,
    ),
    tolerations: merge.withProjects(
      'pod.tolerations',
      own.pod.tolerations,
      application.pod.tolerations,
      defaults.tolerations,
      (_, index) => String(index),
    ),
    imagePullSecrets: merge.withProjects(
      'pod.imagePullSecrets',
      own.pod.imagePullSecrets,
      application.pod.imagePullSecrets,
      defaults.imagePullSecrets,
      ({ name }) => name,
    ),
    volumes: merge.items('pod.volumes', 'name', own.pod.volumes, application.pod.volumes),
  };
  const spec: ApplicationSpec = {
    container: present(container),
    pod: present(pod),
    ...merge.values<ApplicationSpec, (typeof around)[number]>('', around, own, application),
  };
  return { spec, origins: merge.origins };
}

function resources(merge: Merge, { application, instance, defaults }: Layers) {
  const own = instance.overrides.container.resources;
  const side = (name: 'requests' | 'limits') =>
    merge.map(
      `container.resources.${name}`,
      own?.[name],
      application.container.resources?.[name],
      defaults.resources[name],
    );
  const [requests, limits] = [side('requests'), side('limits')];
  return requests === undefined && limits === undefined ? undefined : present({ requests, limits });
}

function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
