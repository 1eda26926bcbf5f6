import { z } from 'zod';
import { mostLogSources } from '../messages.ts';
import { dnsLabel, dnsSubdomain, listQuery, objectName, pageOf, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight, type Requirement } from '../endpoint.ts';
import { resourceRightAlongTree } from './instances.ts';
import { resourceRight } from './resources.ts';

/**
 * By which node of the service tree somebody comes to a Pod: as one of an instance of an application, or of a cron job of
 * a project. Rights are asked there instead of in the cluster, and the Pod must be that unit's by its owners' uids.
 */
export const through = z
  .strictObject({ unit: z.enum(['instance', 'cronJob']), node: uuid, id: uuid })
  .optional();

/** Several pods' logs at once: those a label selector matches, or these; of each one container. */
const manyPods = z
  .strictObject({
    purpose: z.literal('logs'),
    cluster: dnsLabel,
    namespace: dnsLabel,
    through,
    labelSelector: z.string().min(1).max(2000).optional(),
    pods: z.array(dnsSubdomain).min(1).max(mostLogSources).optional(),
    /** Absent: kubectl's default container of each pod. */
    container: dnsLabel.optional(),
  })
  .refine(({ labelSelector, pods }) => (labelSelector === undefined) !== (pods === undefined), {
    path: ['labelSelector'],
    error: 'either labelSelector or pods',
  });

const container = { cluster: dnsLabel, namespace: dnsLabel, pod: objectName, container: dnsLabel, through };

/** What a ticket opens. It is good for one use, 30 s, by the same user and session, for exactly this. */
export const ticketRequest = z.discriminatedUnion('purpose', [
  z.strictObject({ purpose: z.literal('live') }),
  z.strictObject({ purpose: z.literal('log'), ...container }),
  manyPods,
  z.strictObject({ purpose: z.literal('exec'), ...container }),
  /** As root of the machine, through a privileged Pod made for it; only where the platform's settings allow. */
  z.strictObject({ purpose: z.literal('nodeShell'), cluster: dnsLabel, node: dnsSubdomain }),
  z.strictObject({
    purpose: z.literal('download'),
    what: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('recording'), terminal: uuid }),
      z.strictObject({
        kind: z.literal('log'),
        ...container,
        previous: z.boolean().default(false),
        sinceSeconds: z.number().int().min(1).optional(),
        timestamps: z.boolean().default(false),
      }),
    ]),
  }),
]);
export type TicketRequest = z.output<typeof ticketRequest>;

/** What reads a recording of somebody else's shell. */
export const recordingRight = platformRight('GET', '/terminals/{terminal}/recording');

/**
 * The rights a ticket's use will need; checked when it is made, when it is used and while its stream lives. A recording
 * needs {@link recordingRight} unless the shell was the caller's own, which only the API can tell.
 */
export function ticketRequirements(request: TicketRequest): Requirement[] {
  switch (request.purpose) {
    case 'live':
      return [];
    case 'log':
      return [podRight(request, 'get', 'log')];
    case 'logs':
      return [podRight(request, 'get', 'log'), podRight(request, 'list')];
    case 'exec':
      return [podRight(request, 'create', 'exec')];
    case 'nodeShell':
      return [resourceRight({ group: 'core', plural: 'nodes', cluster: request.cluster }, 'create', 'shell')];
    case 'download':
      return request.what.kind === 'log' ? [podRight(request.what, 'get', 'log')] : [];
  }
}

type PodRef = { cluster: string; namespace: string; through?: z.output<typeof through> };

/** A right on Pods there: in the cluster, or at the node by which somebody comes. */
export function podRight(
  { cluster, namespace, through: by }: PodRef,
  verb: string,
  subresource?: string,
): Requirement {
  return by === undefined
    ? resourceRight({ group: 'core', plural: 'pods', cluster, namespace }, verb, subresource)
    : resourceRightAlongTree(by.node, 'pods', verb, subresource);
}

/** What a ticket is for, as the audit names it. */
export function ticketTarget(request: TicketRequest) {
  const place = request.purpose === 'download' ? request.what : request;
  if ('pod' in place) {
    const subresource = request.purpose === 'exec' ? 'exec' : 'log';
    const { cluster, namespace, pod } = place;
    return { cluster, namespace, resource: `k8s/core/pods/${subresource}`, name: pod };
  }
  if ('node' in place) return { cluster: place.cluster, resource: 'k8s/core/nodes/shell', name: place.node };
  if ('purpose' in place && place.purpose === 'logs') {
    const { cluster, namespace, labelSelector, pods = [] } = place;
    // the audit's column ends there
    const name = (labelSelector ?? pods.join(',')).slice(0, 253);
    return { cluster, namespace, resource: 'k8s/core/pods/log', name };
  }
  return 'terminal' in place ? { resource: 'terminal', name: place.terminal } : { resource: 'live' };
}

export const terminal = z.object({
  id: uuid,
  user: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  /** Of a node shell, whose Pod was made for it. */
  node: z.string().nullable(),
  shell: z.string(),
  startedAt: timestamp,
  endedAt: timestamp.nullable(),
  exitCode: z.number().int().nullable(),
  /** A `streamEndReason`. */
  endReason: z.string().nullable(),
  /** Bytes of the recording so far. */
  recordingBytes: z.number().int(),
  truncated: z.boolean(),
});

export const streamEndpoints = {
  createTicket: defineEndpoint({
    id: 'tickets.create',
    method: 'POST',
    path: '/tickets',
    summary: 'A one-use ticket for what cannot send a header: WebSockets and downloads',
    body: ticketRequest,
    response: z.object({
      ticket: z.string(),
      /** Path with the ticket in it, on the platform's own origin. */
      url: z.string(),
      expiresAt: timestamp,
    }),
    status: 201,
    permission: ({ body }) => ticketRequirements(body),
    // What a ticket opens has a row of its own.
    audit: { code: 'ticket.create', target: ({ body }) => ticketTarget(body), onlyFailures: true },
  }),
  download: defineEndpoint({
    id: 'downloads.get',
    method: 'GET',
    path: '/downloads',
    summary: 'What a download ticket was made for, as a file',
    query: z.strictObject({ ticket: z.string().min(1).max(200) }),
    produces: 'stream',
    permission: 'public',
    audit: { code: 'download', target: () => ({}) },
  }),
  listTerminals: defineEndpoint({
    id: 'terminals.list',
    method: 'GET',
    path: '/terminals',
    summary: 'Shells: who, where, how they ended',
    query: listQuery.extend({
      user: z.string().max(64).optional(),
      cluster: dnsLabel.optional(),
      /** The beginning of a pod's name. */
      pod: z.string().max(253).optional(),
      from: timestamp.optional(),
      to: timestamp.optional(),
    }),
    response: pageOf(terminal),
    permission: () => [platformRight('GET', '/terminals')],
  }),
  getRecording: defineEndpoint({
    id: 'terminals.recording',
    method: 'GET',
    path: '/terminals/{terminal}/recording',
    summary: 'Recording of a shell as asciicast v2; of the own shells without a right',
    params: z.strictObject({ terminal: uuid }),
    produces: 'stream',
    permission: 'session',
    audit: {
      code: 'terminal.recording',
      target: ({ params }) => ({ resource: 'terminal', name: params.terminal }),
    },
  }),
};
