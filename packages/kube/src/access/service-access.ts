import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { apiPath } from '../transport/api-path.ts';
import { KubeError } from '../transport/kube-error.ts';
import { createObject, deleteObject, type ObjectRef } from '../objects/objects.ts';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' };
const core = { group: '', version: 'v1' };

/** A ServiceAccount with a role of its own, all three under one name. */
export interface ServiceAccess {
  name: string;
  /** Where the account lies, and where its rights hold unless they hold in the whole cluster. */
  namespace: string;
  isClusterWide: boolean;
}

/** `rbac/v1 PolicyRule`. */
export interface AccessRule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
}

/**
 * Makes the account, a role with these rules and the binding; the namespace of what holds in the whole cluster as well,
 * where it is not there. Rejects with KubeError; what was made by then is left, for {@link removeServiceAccess}.
 */
export async function createServiceAccess(
  connection: ClusterConnection,
  access: ServiceAccess,
  rules: readonly AccessRule[],
  { annotations, ...call }: CallOptions & { annotations?: Record<string, string> } = {},
): Promise<void> {
  const { name, namespace, isClusterWide } = access;
  const labels = { 'app.kubernetes.io/managed-by': 'pilothouse' };
  const metadata = { name, labels, ...(annotations && { annotations }) };
  if (isClusterWide) {
    await createObject(
      connection,
      { ...core, plural: 'namespaces' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
      call,
    ).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.is(409))) throw error;
    });
  }
  const apiVersion = `${rbac.group}/${rbac.version}`;
  const prefix = isClusterWide ? 'Cluster' : '';
  const at = isClusterWide ? {} : { namespace };
  const [roles, bindings] = isClusterWide
    ? ['clusterroles', 'clusterrolebindings']
    : ['roles', 'rolebindings'];
  await createObject(
    connection,
    { ...core, plural: 'serviceaccounts', namespace },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    call,
  );
  await createObject(
    connection,
    { ...rbac, plural: roles, ...at },
    { apiVersion, kind: `${prefix}Role`, metadata, rules },
    call,
  );
  await createObject(
    connection,
    { ...rbac, plural: bindings, ...at },
    {
      apiVersion,
      kind: `${prefix}RoleBinding`,
      metadata,
      roleRef: { apiGroup: rbac.group, kind: `${prefix}Role`, name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
    call,
  );
}

/** Takes all of it away, the rights first; what is gone already is fine. The namespace stays. */
export async function removeServiceAccess(
  connection: ClusterConnection,
  { name, namespace, isClusterWide }: ServiceAccess,
  call: CallOptions = {},
): Promise<void> {
  const at = isClusterWide ? {} : { namespace };
  const refs: ObjectRef[] = [
    { ...rbac, plural: isClusterWide ? 'clusterrolebindings' : 'rolebindings', ...at, name },
    { ...core, plural: 'serviceaccounts', namespace, name },
    { ...rbac, plural: isClusterWide ? 'clusterroles' : 'roles', ...at, name },
  ];
  for (const ref of refs) {
    await deleteObject(connection, ref, call).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.is(404))) throw error;
    });
  }
}

/**
 * A token of a ServiceAccount (TokenRequest).
 * @returns with its end as the cluster granted it, which may be sooner or later than what was asked for
 */
export async function requestToken(
  connection: ClusterConnection,
  account: { namespace: string; name: string },
  expirationSeconds: number,
  call: CallOptions = {},
): Promise<{ token: string; expiresAt: Date }> {
  const ref: ObjectRef = { ...core, plural: 'serviceaccounts', ...account, subresource: 'token' };
  const { object } = await connection.object<{ status: { token: string; expirationTimestamp: string } }>(
    {
      method: 'POST',
      path: apiPath(ref),
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds },
      },
    },
    call,
    'exact',
  );
  const { status } = object;
  return { token: status.token, expiresAt: new Date(status.expirationTimestamp) };
}
