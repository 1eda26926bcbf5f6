import { ageByChoice, createdAtColumn, defineKind, nameColumn } from '../kind.ts';
import type { ClusterRole } from '../wire/rbac.ts';

/** ClusterRoles as `kubectl get clusterroles` prints them (they have no printer of their own). */
export const clusterroles = defineKind({
  group: 'rbac.authorization.k8s.io',
  plural: 'clusterroles',
  kind: 'ClusterRole',
  namespaced: false,
  menu: { module: 'access', order: 40 },
  facts: (role: ClusterRole) => role,
  fields: {
    name: nameColumn,
    createdAt: createdAtColumn,
    rules: { type: 'number', read: ({ rules }) => rules?.length ?? 0, column: { width: 80 } },
    aggregated: {
      type: 'boolean',
      read: ({ aggregationRule }) => aggregationRule !== undefined,
      column: { width: 110 },
    },
    age: ageByChoice,
  },
  columns: ['name', 'rules', 'aggregated', 'age'],
});
