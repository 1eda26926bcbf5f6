import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { formatLabelSelector } from '../label-selector.ts';
import type { NetworkPolicy } from '../wire/networking.ts';

/** NetworkPolicies as `kubectl get networkpolicies` prints them (`printNetworkPolicy`). */
export const networkpolicies = defineKind({
  group: 'networking.k8s.io',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
  menu: { module: 'network', order: 30 },
  facts: (policy: NetworkPolicy) => policy,
  fields: {
    name: nameColumn,
    podSelector: {
      type: 'text',
      read: ({ spec }) => formatLabelSelector(spec?.podSelector),
      column: { header: 'POD-SELECTOR', width: 300 },
    },
    age: ageColumn,
    policyTypes: {
      type: 'text',
      read: ({ spec }) => (spec?.policyTypes ?? []).join(','),
      column: { width: 140 },
    },
  },
  columns: ['name', 'podSelector', 'policyTypes', 'age'],
  relations: [{ type: 'selects', kind: 'core/pods', selector: ({ spec }) => spec?.podSelector ?? {} }],
});
