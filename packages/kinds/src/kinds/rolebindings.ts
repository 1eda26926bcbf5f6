import { subjectsText } from '../access/subjects.ts';
import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { RoleBinding } from '../wire/rbac.ts';

const roleNames = (kind: string) => (binding: RoleBinding) =>
  binding.roleRef?.kind === kind ? [binding.roleRef.name] : [];

/** RoleBindings as `kubectl get rolebindings -o wide` prints them (`printRoleBinding`). */
export const rolebindings = defineKind({
  group: 'rbac.authorization.k8s.io',
  plural: 'rolebindings',
  kind: 'RoleBinding',
  namespaced: true,
  menu: { module: 'access', order: 30 },
  facts: (binding: RoleBinding) => binding,
  fields: {
    name: nameColumn,
    role: {
      type: 'text',
      read: ({ roleRef }) => `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`,
      column: { header: 'ROLE', width: 260 },
    },
    age: ageColumn,
    users: {
      type: 'text',
      read: ({ subjects }) => subjectsText(subjects, 'User'),
      column: { header: 'USERS', wide: true, width: 180 },
    },
    groups: {
      type: 'text',
      read: ({ subjects }) => subjectsText(subjects, 'Group'),
      column: { header: 'GROUPS', wide: true, width: 180 },
    },
    serviceAccounts: {
      type: 'text',
      read: ({ subjects }) => subjectsText(subjects, 'ServiceAccount'),
      column: { header: 'SERVICEACCOUNTS', wide: true, width: 220 },
    },
  },
  columns: ['name', 'role', 'users', 'groups', 'serviceAccounts', 'age'],
  relations: [
    { type: 'refersTo', kind: 'rbac.authorization.k8s.io/roles', names: roleNames('Role') },
    { type: 'refersTo', kind: 'rbac.authorization.k8s.io/clusterroles', names: roleNames('ClusterRole') },
  ],
});
