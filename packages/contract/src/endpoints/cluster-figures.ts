import { z } from 'zod';
import { dnsLabel, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';

/** The most events that are counted; so many means so many or more. */
export const mostWarnings = 500;

const count = z.number().int().nonnegative();
/** Of cpu millicores, of memory bytes; null is "no data": not counted yet, not permitted, nobody measures it. */
const amounts = z.object({
  allocatable: z.number().nullable(),
  requested: z.number().nullable(),
  used: z.number().nullable(),
  /** What is allocatable on the nodes that are measured: `used` is of these alone. */
  measured: z.number().nullable(),
});

export const clusterFigures = z.object({
  /** The cluster's. */
  id: uuid,
  cluster: dnsLabel,
  /** When nodes, pods and warnings were counted, and usage was read. */
  countedAt: timestamp.nullable(),
  /** When the pods' requests were added up. */
  sweptAt: timestamp.nullable(),
  nodes: z.object({ ready: count, total: count }).nullable(),
  /** Versions of its kubelets. */
  kubelets: z.object({ oldest: z.string(), newest: z.string() }).nullable(),
  pods: count.nullable(),
  /** Warning events of the last hour, at most {@link mostWarnings}. */
  warnings: count.nullable(),
  cpu: amounts,
  memory: amounts,
});

/** What containers of pods on nodes, not finished, ask for and may take: cpu in millicores, memory in bytes. */
const reserved = z.object({ requests: z.number(), limits: z.number() });

export const namespaceFigures = z.object({
  namespace: dnsLabel,
  /** Those on nodes that are not finished. */
  pods: count,
  cpu: reserved,
  memory: reserved,
});

export const namespaceQuota = z.object({
  namespace: dnsLabel,
  /** Of the ResourceQuota. */
  name: z.string(),
  /** As the cluster writes them; `share` is used of hard, null where hard is 0. */
  resources: z.array(
    z.object({ resource: z.string(), used: z.string(), hard: z.string(), share: z.number().nullable() }),
  ),
});

const path = '/clusters/{cluster}/namespace-figures';

export const clusterFiguresEndpoints = {
  listNamespaceFigures: defineEndpoint({
    id: 'clusters.namespaceFigures',
    method: 'GET',
    path,
    summary:
      'What the pods of each namespace request, and its quotas; narrowed to the namespaces the caller may list pods and quotas of',
    params: z.strictObject({ cluster: dnsLabel }),
    response: z.object({
      /** When the pods' requests were added up; null where they were not yet, or may not be seen. */
      sweptAt: timestamp.nullable(),
      /** Namespaces with pods. */
      items: z.array(namespaceFigures),
      /** Null where the credential may not list them. */
      quotas: z.array(namespaceQuota).nullable(),
    }),
    permission: ({ params }) => [
      {
        domain: { kind: 'cluster', cluster: params.cluster },
        object: 'k8s/core/pods',
        action: 'list',
        match: 'narrows',
      },
    ],
  }),
  listClusterFigures: defineEndpoint({
    id: 'clusters.figures',
    method: 'GET',
    path: '/cluster-figures',
    summary:
      'What the clusters the caller may see hold: nodes, pods, warnings, cpu and memory; null where its rights in a cluster do not go that far',
    response: z.object({ items: z.array(clusterFigures) }),
    permission: () => [{ ...platformRight('GET', '/clusters'), match: 'entry' }],
    live: true,
  }),
};
