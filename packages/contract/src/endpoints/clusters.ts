import { z } from 'zod';
import { labelValue, qualifiedName } from '../actions/metadata-changes.ts';
import { codedError, dnsLabel, groupName, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight, type Method, type Requirement } from '../endpoint.ts';
import { kubeconfigChoice, kubeconfigContext, kubeconfigWarning } from './kubeconfig.ts';

export const environment = z.enum(['production', 'staging', 'test', 'development', 'other']);

/** Why a probe failed; the SPA has a sentence with a remedy for each. */
export const probeReason = z.enum([
  'dns',
  'refused',
  'timeout',
  'unreachable',
  'certificateExpired',
  'certificateNotYetValid',
  'certificateUnknownAuthority',
  'certificateWrongName',
  'tls',
  'unauthorized',
  'forbidden',
  'notAnApiserver',
  'addressForbidden',
  'serverError',
  /** 429: it asks to slow down. */
  'busy',
  /** Ours, not the cluster's: the stored credential does not open with the master keys there are. */
  'credentialUnreadable',
]);

export const probe = z.object({
  at: timestamp,
  ok: z.boolean(),
  reason: probeReason.nullable(),
  /** What the system or the server said, in English, without any response body. */
  detail: z.string().nullable(),
  version: z.string().nullable(),
  latencyMs: z.number().nullable(),
  nodes: z.number().int().nullable(),
});

export const cluster = z.object({
  id: uuid,
  name: dnsLabel,
  displayName: z.string(),
  environment,
  description: z.string(),
  /** Who answers for it: a person, a team. */
  owner: z.string(),
  /** By the rules of Kubernetes' labels; clusters are grouped and chosen by them. */
  labels: z.record(z.string(), z.string()),
  /** Milliseconds a request to this cluster may take. */
  timeoutMs: z.number().int(),
  /** Whether what its nodes, namespaces and workloads use is kept. */
  keepsUsage: z.boolean(),
  /** Whether its charts come from a Prometheus. */
  hasPrometheus: z.boolean(),
  /** Null for whom only namespaces of it are granted. */
  server: z.string().nullable(),
  context: z.string(),
  /** The namespace that the context names. */
  namespace: dnsLabel.nullable(),
  insecureSkipTlsVerify: z.boolean(),
  certificateExpiresAt: timestamp.nullable(),
  caExpiresAt: timestamp.nullable(),
  /** Where the token says so itself (a JWT), and was stored since this is read. */
  tokenExpiresAt: timestamp.nullable(),
  source: z.enum(['pasted', 'file', 'demo']),
  health: z.object({
    state: z.enum(['healthy', 'unhealthy', 'unknown']),
    /** Since when it is in that state. */
    since: timestamp.nullable(),
    lastProbe: probe.nullable(),
    /** While what it sends is read more slowly than it comes: the percent of a processor core that reading may take. */
    throttledPercent: z.number().nullable(),
  }),
  createdAt: timestamp,
});

const settings = {
  displayName: z.string().trim().max(100),
  environment,
  description: z.string().max(2000),
  owner: z.string().trim().max(100),
  labels: z
    .record(qualifiedName, labelValue)
    .refine((labels) => Object.keys(labels).length <= 20, 'tooManyLabels'),
  timeoutMs: z.number().int().min(1000).max(120_000),
  keepsUsage: z.boolean(),
};

const clusterParams = z.strictObject({ cluster: dnsLabel });

function clusterRight(method: Method, path: string, cluster: string): Requirement {
  return { domain: { kind: 'cluster', cluster }, object: path, action: method };
}

const candidateParams = z.strictObject({ candidate: z.string().regex(/^[0-9a-f]{16,64}$/) });
export const candidate = z.object({
  /** Hash of path and content. */
  id: z.string(),
  file: z.string(),
  contexts: z.array(kubeconfigContext),
  /** Why it waits for a click. `removed`: its cluster was removed here, so it does not come back by itself. */
  waitsFor: z.enum([
    'contextChoice',
    'insecure',
    'loopback',
    'refused',
    'replacement',
    'removed',
    'unreadable',
  ]),
  /** The registered cluster this file's new content would replace the credential of. */
  replaces: dnsLabel.nullable(),
  /** Why it cannot be read, or did not register itself. */
  error: codedError.nullable(),
});

export const demoState = z.object({
  state: z.enum(['off', 'unavailable', 'absent', 'starting', 'running', 'failed']),
  reason: z.string().nullable(),
  /** The operation to watch while it starts. */
  operation: uuid.nullable(),
});

export const clusterEndpoints = {
  inspectKubeconfig: defineEndpoint({
    id: 'kubeconfigs.inspect',
    method: 'POST',
    path: '/kubeconfigs/inspect',
    summary:
      'Read a kubeconfig without storing it: contexts, server, expiry, what is refused; probes the chosen one',
    body: z.strictObject({ ...kubeconfigChoice, probe: z.boolean().default(false) }),
    response: z.object({
      contexts: z.array(kubeconfigContext),
      /** Keys that were accepted and dropped. */
      dropped: z.array(z.string()),
      /** What is odd about the file as a whole. */
      warnings: z.array(kubeconfigWarning),
      suggestedName: z.string(),
      probe: probe.nullable(),
    }),
    permission: () => [platformRight('POST', '/kubeconfigs/inspect')],
    audit: { code: 'kubeconfig.inspect', target: () => ({ resource: 'kubeconfig' }) },
  }),
  listClusters: defineEndpoint({
    id: 'clusters.list',
    method: 'GET',
    path: '/clusters',
    summary: 'Clusters the caller may see',
    response: z.object({ items: z.array(cluster) }),
    permission: () => [{ ...platformRight('GET', '/clusters'), match: 'entry' }],
    live: true,
  }),
  createCluster: defineEndpoint({
    id: 'clusters.create',
    method: 'POST',
    path: '/clusters',
    summary: 'Register a cluster from a kubeconfig',
    body: z.strictObject({
      name: dnsLabel,
      ...kubeconfigChoice,
      displayName: settings.displayName.default(''),
      environment: settings.environment.default('other'),
      description: settings.description.default(''),
      owner: settings.owner.default(''),
      labels: settings.labels.default({}),
      timeoutMs: settings.timeoutMs.default(10_000),
      keepsUsage: settings.keepsUsage.default(false),
    }),
    response: cluster,
    status: 201,
    permission: () => [platformRight('POST', '/clusters')],
    audit: { code: 'cluster.create', target: ({ body }) => ({ resource: 'cluster', name: body.name }) },
  }),
  getCluster: defineEndpoint({
    id: 'clusters.get',
    method: 'GET',
    path: '/clusters/{cluster}',
    summary: 'One cluster',
    params: clusterParams,
    response: cluster,
    permission: ({ params }) => [
      { ...clusterRight('GET', '/clusters/{cluster}', params.cluster), match: 'entry' },
    ],
    live: true,
  }),
  updateCluster: defineEndpoint({
    id: 'clusters.update',
    method: 'PATCH',
    path: '/clusters/{cluster}',
    summary: 'Edit display name, environment, description, owner, labels, timeout, whether its use is kept',
    params: clusterParams,
    body: z.strictObject(settings).partial(),
    response: cluster,
    permission: ({ params }) => [clusterRight('PATCH', '/clusters/{cluster}', params.cluster)],
    audit: {
      code: 'cluster.update',
      target: ({ params }) => ({ resource: 'cluster', name: params.cluster }),
    },
  }),
  replaceKubeconfig: defineEndpoint({
    id: 'clusters.replaceKubeconfig',
    method: 'PUT',
    path: '/clusters/{cluster}/kubeconfig',
    summary: 'Replace the stored credential',
    params: clusterParams,
    body: z.strictObject(kubeconfigChoice),
    response: cluster,
    permission: ({ params }) => [clusterRight('PUT', '/clusters/{cluster}/kubeconfig', params.cluster)],
    audit: {
      code: 'cluster.replaceKubeconfig',
      target: ({ params }) => ({ resource: 'cluster', name: params.cluster }),
    },
  }),
  deleteCluster: defineEndpoint({
    id: 'clusters.delete',
    method: 'DELETE',
    path: '/clusters/{cluster}',
    summary:
      'Forget a cluster; ends its streams. Of the cluster itself only the accounts of issued kubeconfigs go, before that',
    params: clusterParams,
    query: z.strictObject({
      /** Also where some of these accounts stay, since the cluster cannot be told; else `kubeconfigsRemain`. */
      leaveKubeconfigs: z.stringbool().default(false),
    }),
    permission: ({ params }) => [clusterRight('DELETE', '/clusters/{cluster}', params.cluster)],
    audit: {
      code: 'cluster.delete',
      target: ({ params }) => ({ resource: 'cluster', name: params.cluster }),
      params: ({ query }) => ({ ...(query.leaveKubeconfigs && { leaveKubeconfigs: true }) }),
    },
  }),
  probeCluster: defineEndpoint({
    id: 'clusters.probe',
    method: 'POST',
    path: '/clusters/{cluster}/probe',
    summary: 'Probe now',
    params: clusterParams,
    response: cluster,
    permission: ({ params }) => [clusterRight('POST', '/clusters/{cluster}/probe', params.cluster)],
    audit: { code: 'cluster.probe', target: ({ params }) => ({ resource: 'cluster', name: params.cluster }) },
  }),
  getClusterOpenApi: defineEndpoint({
    id: 'clusters.openapi',
    method: 'GET',
    path: '/clusters/{cluster}/openapi/{group}/{version}',
    summary:
      "A cluster's own OpenAPI v3 document of one API group: the types of its objects; empty where it has none",
    params: clusterParams.extend({ group: groupName, version: dnsLabel }),
    produces: 'stream',
    // types are no secret to whoever sees the cluster; nor are they to a cluster's own users
    permission: ({ params }) => [
      { ...clusterRight('GET', '/clusters/{cluster}', params.cluster), match: 'entry' },
    ],
    audit: {
      code: 'cluster.openapi',
      target: ({ params }) => ({ resource: 'cluster', name: params.cluster }),
      onlyFailures: true,
    },
  }),
  listCandidates: defineEndpoint({
    id: 'candidates.list',
    method: 'GET',
    path: '/cluster-candidates',
    summary: 'Kubeconfig files that wait for a decision',
    response: z.object({ items: z.array(candidate) }),
    permission: () => [platformRight('GET', '/cluster-candidates')],
  }),
  registerCandidate: defineEndpoint({
    id: 'candidates.register',
    method: 'POST',
    path: '/cluster-candidates/{candidate}/register',
    summary: 'Register the cluster of a kubeconfig file',
    params: candidateParams,
    body: z.strictObject({
      name: dnsLabel,
      context: kubeconfigChoice.context,
      allowInsecure: kubeconfigChoice.allowInsecure,
      environment: environment.default('other'),
    }),
    response: cluster,
    status: 201,
    permission: () => [platformRight('POST', '/clusters')],
    audit: { code: 'cluster.create', target: ({ body }) => ({ resource: 'cluster', name: body.name }) },
  }),
  replaceFromCandidate: defineEndpoint({
    id: 'candidates.replace',
    method: 'POST',
    path: '/cluster-candidates/{candidate}/replace',
    summary: 'Replace the stored credential of the cluster that a kubeconfig file offers itself for',
    params: candidateParams,
    body: z.strictObject({
      cluster: dnsLabel,
      context: kubeconfigChoice.context,
      allowInsecure: kubeconfigChoice.allowInsecure,
    }),
    response: cluster,
    // the same change as by replaceKubeconfig needs the same right
    permission: ({ body }) => [clusterRight('PUT', '/clusters/{cluster}/kubeconfig', body.cluster)],
    audit: {
      code: 'cluster.replaceKubeconfig',
      target: ({ body }) => ({ resource: 'cluster', name: body.cluster }),
    },
  }),
  getDemo: defineEndpoint({
    id: 'demo.get',
    method: 'GET',
    path: '/demo',
    summary: 'The demo cluster: whether it runs, is being built, or why it cannot',
    response: demoState,
    permission: () => [platformRight('GET', '/demo')],
  }),
  startDemo: defineEndpoint({
    id: 'demo.start',
    method: 'POST',
    path: '/demo',
    summary: 'Build and start the demo cluster',
    response: demoState,
    status: 202,
    permission: () => [platformRight('POST', '/demo')],
    audit: { code: 'demo.start', target: () => ({ resource: 'cluster', name: 'demo' }) },
  }),
};
