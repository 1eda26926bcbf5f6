import { getObject, type ClusterConnection } from '@pilothouse/kube';
import type { PolicyRule } from '../../../authz/contained-rights.ts';

/** `rbac/v1 RoleRef`, as somebody wrote it. */
export interface RoleRef {
  apiGroup?: string;
  kind?: string;
  name?: string;
}

const group = 'rbac.authorization.k8s.io';

/**
 * The rules of the role a binding names; null where it names something else than a role. Rejects with KubeError, where
 * there is no such role with its 404: rights that nobody knows cannot be held against anybody's.
 * @param namespace the binding's; undefined of a ClusterRoleBinding
 */
export async function rulesOfRole(
  connection: ClusterConnection,
  { apiGroup = group, kind, name = '' }: RoleRef,
  namespace: string | undefined,
): Promise<PolicyRule[] | null> {
  const isCluster = kind === 'ClusterRole';
  if (apiGroup !== group || (!isCluster && (kind !== 'Role' || namespace === undefined))) return null;
  const ref = isCluster
    ? { group, version: 'v1', plural: 'clusterroles', name }
    : { group, version: 'v1', plural: 'roles', name, namespace };
  const role = await getObject<{ rules?: PolicyRule[] | null }>(connection, ref);
  return role.rules ?? [];
}
