import { z } from 'zod';
import { dnsLabel, timestamp } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';

/** The most events that are counted; so many means so many or more. */
export const mostWarnings = 500;

const count = z.number().int().nonnegative();
/** Of cpu millicores, of memory bytes; null is "no data": not counted yet, not permitted, nobody measures it. */
const amounts = z.object({
  allocatable: z.number().nullable(),
  requested: z.number().nullable(),
  used: z.number().nullable(),
});

export const clusterFigures = z.object({
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

export const clusterFiguresEndpoints = {
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
