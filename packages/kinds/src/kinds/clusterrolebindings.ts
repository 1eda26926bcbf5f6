import { bindingColumns, bindingFields } from '../access/binding-fields.ts';
import { defineKind } from '../kind.ts';
import type { ClusterRoleBinding } from '../wire/rbac.ts';

/** ClusterRoleBindings as `kubectl get clusterrolebindings -o wide` prints them (`printClusterRoleBinding`). */
export const clusterrolebindings = defineKind({
  group: 'rbac.authorization.k8s.io',
  plural: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
  namespaced: false,
  menu: { module: 'access', order: 50 },
  facts: (binding: ClusterRoleBinding) => binding,
  fields: bindingFields,
  columns: bindingColumns,
  relations: [
    {
      type: 'refersTo',
      kind: 'rbac.authorization.k8s.io/clusterroles',
      names: ({ roleRef }) => (roleRef === undefined ? [] : [roleRef.name]),
    },
  ],
});
