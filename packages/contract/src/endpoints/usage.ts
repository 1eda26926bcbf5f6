import { z } from 'zod';
import { timestamp } from '../common.ts';
import { defineEndpoint, type Requirement } from '../endpoint.ts';
import { objectParams, objectRight, resourceRight } from './resources.ts';

/** Seconds of a point: of a minute for a day, of five for a week, of an hour for 90 days. */
export const usageResolution = z.enum(['60', '300', '3600']);

const amount = z.number().nonnegative();
const promised = amount.nullable();
/**
 * What was used, its highest, and what was requested and allowed at the end, null where nobody knows: cpu in millicores,
 * memory in bytes. As a list, because there are thousands: cpu, cpuPeak, memory, memoryPeak, cpuRequests, cpuLimits,
 * memoryRequests, memoryLimits.
 */
export const usagePoint = z.tuple([amount, amount, amount, amount, promised, promised, promised, promised]);

/** Use of a node belongs to whoever lists nodes and their metrics; of anything else, to whoever lists the pods' there. */
function usageRights(params: z.output<typeof objectParams>): Requirement[] {
  const { cluster, group, plural, namespace, name } = params;
  const metrics = { cluster, group: 'metrics.k8s.io' };
  if (group === 'core' && plural === 'nodes')
    return [objectRight(params, 'list'), resourceRight({ ...metrics, plural: 'nodes' }, 'list')];
  const place = group === 'core' && plural === 'namespaces' && namespace === '_' ? name : namespace;
  return [
    objectRight(params, 'list'),
    resourceRight({ ...metrics, plural: 'pods', namespace: place }, 'list'),
  ];
}

export const usageEndpoints = {
  getUsageHistory: defineEndpoint({
    id: 'usage.history',
    method: 'GET',
    path: '/clusters/{cluster}/usage/{group}/{plural}/{namespace}/{name}',
    summary:
      'What a node, a namespace or a workload used, and a pod where the cluster has a Prometheus, as far back as it is kept; gaps where nothing was measured',
    params: objectParams,
    query: z.strictObject({ resolution: usageResolution.default('60') }),
    response: z.object({
      /** Who measured it: metrics-server, asked by the platform, or the cluster's Prometheus. */
      source: z.enum(['metricsServer', 'prometheus']),
      /** Whether what is used in the cluster is being kept. */
      keeps: z.boolean(),
      /** Of the first point. */
      start: timestamp,
      /** Milliseconds of a point. */
      stepMs: z.number().int(),
      points: z.array(usagePoint.nullable()),
    }),
    permission: ({ params }) => usageRights(params),
  }),
  watchUsage: defineEndpoint({
    id: 'usage.watch',
    method: 'GET',
    path: '/clusters/{cluster}/usage/{group}/{plural}/{namespace}/{name}/recent',
    summary: 'What a node or a pod uses, every 15 seconds since somebody began to look; kept in memory only',
    params: objectParams,
    response: z.object({
      /** False where nobody measures it (now). */
      isMeasured: z.boolean(),
      /** When it was measured, cpu in millicores, memory in bytes. */
      samples: z.array(z.tuple([timestamp, amount, amount])),
    }),
    permission: ({ params }) => usageRights(params),
    live: true,
  }),
};
