import { subjectsText } from '../access/subjects.ts';
import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { ClusterRoleBinding } from '../wire/rbac.ts';

/** ClusterRoleBindings as `kubectl get clusterrolebindings -o wide` prints them (`printClusterRoleBinding`). */
export const clusterrolebindings = defineKind({
  group: 'rbac.authorization.k8s.io',
  plural: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
  namespaced: false,
  menu: { module: 'access', order: 50 },
  facts: (binding: ClusterRoleBinding) => binding,
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
    {
      type: 'refersTo',
      kind: 'rbac.authorization.k8s.io/clusterroles',
      names: ({ roleRef }) => (roleRef === undefined ? [] : [roleRef.name]),
    },
  ],
});
