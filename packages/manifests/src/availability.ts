import type { InstanceSpec } from '@pilothouse/contract';
import type { HorizontalPodAutoscaler, PodDisruptionBudget } from '@pilothouse/kinds';

export function renderAutoscaler(
  { minReplicas, maxReplicas, cpuUtilization }: NonNullable<InstanceSpec['autoscaling']>,
  deployment: string,
  metadata: HorizontalPodAutoscaler['metadata'],
): HorizontalPodAutoscaler {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment },
      minReplicas,
      maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpuUtilization } },
        },
      ],
    },
  };
}

/** Lets a drain take one Pod at a time, and never blocks one for ever. */
export function renderDisruptionBudget(
  selector: Record<string, string>,
  metadata: PodDisruptionBudget['metadata'],
): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { maxUnavailable: 1 as never, selector: { matchLabels: selector } },
  };
}
