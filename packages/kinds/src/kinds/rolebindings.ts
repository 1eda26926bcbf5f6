import { bindingColumns, bindingFields } from '../access/binding-fields.ts';
import { defineKind } from '../kind.ts';
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
  fields: bindingFields,
  columns: bindingColumns,
  relations: [
    { type: 'refersTo', kind: 'rbac.authorization.k8s.io/roles', names: roleNames('Role') },
    { type: 'refersTo', kind: 'rbac.authorization.k8s.io/clusterroles', names: roleNames('ClusterRole') },
  ],
});
