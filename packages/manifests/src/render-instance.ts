import type { InstanceSpec, NamespaceDefaults } from '@pilothouse/contract';
import type { KubernetesObject } from '@pilothouse/kinds';
import type { EffectiveSpec } from './effective-spec.ts';

export interface InstanceToRender {
  instance: { id: string; name: string; objectName: string; isPaused: boolean; restartedAt: string | null };
  application: { id: string; name: string; secrets: readonly string[]; secretsHash: string };
  /** Names from the top of the service tree, joined by dots. */
  path: string;
  project: string;
  namespace: string;
  spec: Pick<InstanceSpec, 'image' | 'replicas' | 'autoscaling'>;
  effective: EffectiveSpec;
  defaults: NamespaceDefaults;
}

/**
 * The objects of one instance, in the order in which they are to be applied: ConfigMap, Deployment, Service (where each
 * has its own), Ingress, HorizontalPodAutoscaler (then the Deployment has no `replicas`), PodDisruptionBudget (more than
 * one replica). The same input renders the same bytes. The selector is `pilothouse.io/instance: <id>`, whatever is edited.
 */
export function renderInstance(_input: InstanceToRender): KubernetesObject[] {
  throw new Error('not written yet');
}
