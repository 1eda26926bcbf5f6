import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { PodDisruptionBudget } from '../wire/policy.ts';

/** PodDisruptionBudgets as `kubectl get pdb` prints them (`printPodDisruptionBudget`). */
export const poddisruptionbudgets = defineKind({
  group: 'policy',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  namespaced: true,
  menu: { module: 'workloads', order: 90 },
  facts: (budget: PodDisruptionBudget) => budget,
  fields: {
    name: nameColumn,
    minAvailable: {
      type: 'text',
      read: ({ spec }) => String(spec?.minAvailable ?? 'N/A'),
      column: { header: 'MIN AVAILABLE', width: 130 },
    },
    maxUnavailable: {
      type: 'text',
      read: ({ spec }) => String(spec?.maxUnavailable ?? 'N/A'),
      column: { header: 'MAX UNAVAILABLE', width: 140 },
    },
    allowedDisruptions: {
      type: 'number',
      read: ({ status }) => status?.disruptionsAllowed ?? 0,
      column: { header: 'ALLOWED DISRUPTIONS', width: 170 },
    },
    age: ageColumn,
  },
  relations: [{ type: 'selects', kind: 'core/pods', selector: ({ spec }) => spec?.selector ?? null }],
});
