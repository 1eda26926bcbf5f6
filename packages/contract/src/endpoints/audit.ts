import { z } from 'zod';
import { dnsLabel, listQuery, pageOf, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';

export const auditEvent = z.object({
  id: uuid,
  at: timestamp,
  /** Translated as `audit.<code>`. */
  code: z.string(),
  user: z.string().nullable(),
  /** Name of the API token that they came with. */
  token: z.string().nullable(),
  address: z.string(),
  cluster: z.string().nullable(),
  namespace: z.string().nullable(),
  resource: z.string().nullable(),
  name: z.string().nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** `pending`: begun and not over. `unknown`: the platform's process was gone before it could say how it ended. */
  outcome: z.enum(['pending', 'succeeded', 'failed', 'refused', 'unknown']),
  /** HTTP status of the platform's answer. */
  status: z.number().int().nullable(),
  /** Error code, or the reason a stream ended with. */
  reason: z.string().nullable(),
  /** The cluster's answer, where one was asked. */
  clusterStatus: z.number().int().nullable(),
  /** Joins this row with the cluster's own audit log. */
  auditId: uuid,
  endedAt: timestamp.nullable(),
});

/**
 * Rows of the single calls to a cluster that a log, a shell or a download is made of: each joins the cluster's own audit
 * log, and none says more than the row of the whole.
 */
export const auditParts: readonly string[] = [
  'shell.find',
  'shell.end',
  'nodeShell.make',
  'nodeShell.remove',
  'log.read',
];

export const auditEndpoints = {
  listAudit: defineEndpoint({
    id: 'audit.list',
    method: 'GET',
    path: '/audit',
    summary:
      'Who did what, newest first; `q` is the beginning of a name, or an Audit-ID. The single calls to a cluster that a log or a shell is made of come with `parts`, or asked for by code or Audit-ID',
    query: listQuery.extend({
      user: z.string().max(64).optional(),
      cluster: dnsLabel.optional(),
      code: z.string().max(64).optional(),
      outcome: auditEvent.shape.outcome.optional(),
      from: timestamp.optional(),
      to: timestamp.optional(),
      parts: z.enum(['true', 'false']).default('false'),
    }),
    /** `more`: beyond `total` there is more, which a narrower time shows. */
    response: pageOf(auditEvent).extend({ more: z.boolean() }),
    permission: () => [platformRight('GET', '/audit')],
  }),
};
