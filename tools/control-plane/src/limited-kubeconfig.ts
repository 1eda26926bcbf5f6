import { kubeconfigOf } from './kubeconfig.ts';
import { objectList } from './kubectl.ts';
import type { LocalCluster } from './local-cluster.ts';

/** A rule as in an RBAC Role. */
export interface PolicyRule {
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
  resourceNames?: readonly string[];
}

/**
 * Makes a ServiceAccount with just these rights and returns a kubeconfig with its token (valid for a day). The rights hold in
 * `namespace`, which is made where it is missing; with `clusterWide` in the whole cluster.
 */
export async function limitedKubeconfig(
  cluster: LocalCluster,
  account: {
    namespace: string;
    rules: readonly PolicyRule[];
    /** Of ServiceAccount, role and binding; default `limited`. */
    name?: string;
    clusterWide?: boolean;
  },
): Promise<string> {
  const { namespace, rules, name = 'limited', clusterWide = false } = account;
  const rbac = 'rbac.authorization.k8s.io';
  const scope = clusterWide ? 'Cluster' : '';
  const metadata = clusterWide ? { name: `${namespace}-${name}` } : { name, namespace };
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    { apiVersion: `${rbac}/v1`, kind: `${scope}Role`, metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: `${scope}RoleBinding`,
      metadata,
      roleRef: { apiGroup: rbac, kind: `${scope}Role`, name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
  await cluster.apply(objectList(objects));
  const create = ['create', 'token', name, '--namespace', namespace, '--duration', '24h'];
  const token = await cluster.kubectl(...create);
  return kubeconfigOf({
    name: cluster.name,
    server: cluster.server,
    certificateAuthority: certificateAuthorityOf(cluster.kubeconfig),
    credential: { token: token.trim() },
  });
}

function certificateAuthorityOf(kubeconfig: string): string {
  const data = /certificate-authority-data: (\S+)/.exec(kubeconfig)?.[1] ?? '';
  return Buffer.from(data, 'base64').toString('utf8');
}
