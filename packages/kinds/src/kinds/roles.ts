import { ageByChoice, createdAtColumn, defineKind, nameColumn } from '../kind.ts';
import type { Role } from '../wire/rbac.ts';

/** Roles as `kubectl get roles` prints them (they have no printer of their own), and how many rules they have. */
export const roles = defineKind({
  group: 'rbac.authorization.k8s.io',
  plural: 'roles',
  kind: 'Role',
  namespaced: true,
  menu: { module: 'access', order: 20 },
  facts: (role: Role) => role,
  fields: {
    name: nameColumn,
    createdAt: createdAtColumn,
    rules: { type: 'number', read: ({ rules }) => rules?.length ?? 0, column: { width: 80 } },
    age: ageByChoice,
  },
  columns: ['name', 'rules', 'age'],
});
