import { z } from 'zod';
import { dnsLabel, timestamp, uuid } from '../common.ts';
import { defineEndpoint, type Method, type Requirement } from '../endpoint.ts';

const path = '/clusters/{cluster}/kubeconfigs';
const onePath = `${path}/{namespace}/{kubeconfig}`;

/** How much an issued kubeconfig allows: Kubernetes' own `view`, `edit` and `admin`, or what a role of ours does. */
export const kubeconfigAccess = z.enum(['view', 'edit', 'admin', 'role']);
export const kubeconfigState = z.enum(['issuing', 'active', 'ending', 'ended']);
export const kubeconfigEnd = z.enum(['revoked', 'expired', 'issuerLostRights', 'failed', 'clusterRemoved']);

export const issuedKubeconfig = z.object({
  id: uuid,
  /** Null: the whole cluster. */
  namespace: z.string().nullable(),
  /** Whom it is for. */
  name: z.string(),
  access: kubeconfigAccess,
  role: z.string().nullable(),
  /** Name of the ServiceAccount, the role and the binding in the cluster. */
  account: z.string(),
  issuedBy: z.string(),
  createdAt: timestamp,
  /** As the cluster granted it. */
  expiresAt: timestamp.nullable(),
  state: kubeconfigState,
  endReason: kubeconfigEnd.nullable(),
  endedAt: timestamp.nullable(),
  endedBy: z.string().nullable(),
});

function right(method: Method, object: string, cluster: string, namespace: string | null): Requirement {
  return {
    domain: namespace === null ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace },
    object,
    action: method,
  };
}

const day = 86_400;

export const issuedKubeconfigEndpoints = {
  listIssuedKubeconfigs: defineEndpoint({
    id: 'kubeconfigs.list',
    method: 'GET',
    path,
    summary:
      'Kubeconfigs that were issued for a cluster, narrowed to the namespaces the caller may see them of',
    params: z.strictObject({ cluster: dnsLabel }),
    response: z.object({ items: z.array(issuedKubeconfig) }),
    permission: ({ params }) => [{ ...right('GET', path, params.cluster, null), match: 'narrows' }],
  }),
  issueKubeconfig: defineEndpoint({
    id: 'kubeconfigs.issue',
    method: 'POST',
    path,
    summary:
      'Issue a kubeconfig for somebody outside, of no more than the caller may do there; its text is answered this once',
    params: z.strictObject({ cluster: dnsLabel }),
    body: z
      .strictObject({
        name: z.string().trim().min(1).max(100),
        namespace: dnsLabel.nullable(),
        access: kubeconfigAccess,
        /** Of ours, with the access `role`. */
        role: z.string().min(1).max(63).optional(),
        expiresInSeconds: z
          .int()
          .min(600)
          .max(365 * day),
      })
      .refine(({ access, role }) => (access === 'role') === (role !== undefined), {
        path: ['role'],
        error: 'required',
      }),
    response: z.object({ issued: issuedKubeconfig, kubeconfig: z.string() }),
    status: 201,
    permission: ({ params, body }) => [right('POST', path, params.cluster, body.namespace ?? null)],
    sessionOnly: true,
    audit: {
      code: 'kubeconfig.issue',
      target: ({ params, body }) => ({
        cluster: params.cluster,
        ...(body.namespace !== null && { namespace: body.namespace }),
        resource: 'kubeconfig',
        name: body.name,
      }),
      params: ({ body }) => ({ access: body.role ?? body.access, seconds: body.expiresInSeconds }),
    },
  }),
  revokeKubeconfig: defineEndpoint({
    id: 'kubeconfigs.revoke',
    method: 'DELETE',
    path: onePath,
    summary: 'Take an issued kubeconfig back: binding and account go from the cluster',
    params: z.strictObject({
      cluster: dnsLabel,
      namespace: z.union([z.literal('_'), dnsLabel]),
      kubeconfig: uuid,
    }),
    permission: ({ params: { cluster, namespace } }) => [
      right('DELETE', onePath, cluster, namespace === '_' ? null : namespace),
    ],
    audit: {
      code: 'kubeconfig.revoke',
      target: ({ params: { cluster, namespace, kubeconfig } }) => ({
        cluster,
        ...(namespace !== '_' && { namespace }),
        resource: 'kubeconfig',
        name: kubeconfig,
      }),
    },
  }),
};
