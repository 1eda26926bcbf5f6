import { ageColumn, defineKind, nameColumn, type KindKey } from '../kind.ts';
import type { HorizontalPodAutoscaler } from '../wire/autoscaling.ts';
import { hpaMetricsText } from '../workloads/hpa-metrics.ts';

const scaled = (kind: KindKey, wanted: string) => ({
  type: 'refersTo' as const,
  kind,
  names: ({ spec }: HorizontalPodAutoscaler) =>
    spec?.scaleTargetRef.kind === wanted ? [spec.scaleTargetRef.name] : [],
});

/** HorizontalPodAutoscalers as `kubectl get hpa` prints them (`printHorizontalPodAutoscaler`). */
export const horizontalpodautoscalers = defineKind({
  group: 'autoscaling',
  plural: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
  menu: { module: 'workloads', order: 80 },
  facts: (autoscaler: HorizontalPodAutoscaler) => autoscaler,
  fields: {
    name: nameColumn,
    reference: {
      type: 'text',
      read: ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`,
      column: { header: 'REFERENCE', width: 220 },
    },
    targets: {
      type: 'text',
      read: ({ spec, status }) => hpaMetricsText(spec?.metrics ?? [], status?.currentMetrics ?? []),
      column: { header: 'TARGETS', width: 240 },
    },
    minPods: {
      type: 'number',
      read: ({ spec }) => spec?.minReplicas ?? null,
      column: { header: 'MINPODS', width: 90, absent: '<unset>' },
    },
    maxPods: {
      type: 'number',
      read: ({ spec }) => spec?.maxReplicas ?? 0,
      column: { header: 'MAXPODS', width: 90 },
    },
    replicas: {
      type: 'number',
      read: ({ status }) => status?.currentReplicas ?? 0,
      column: { header: 'REPLICAS', width: 90 },
    },
    age: ageColumn,
  },
  relations: [
    scaled('apps/deployments', 'Deployment'),
    scaled('apps/statefulsets', 'StatefulSet'),
    scaled('apps/replicasets', 'ReplicaSet'),
  ],
});
