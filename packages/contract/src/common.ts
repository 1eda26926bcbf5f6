import { z } from 'zod';

/** DNS-1123 label: what Kubernetes allows as a namespace's name, and what we allow as a cluster's. */
export const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'dnsLabel');

/** DNS-1123 subdomain: the names of most objects. Nothing in it can change a path. */
export const dnsSubdomain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 'dnsSubdomain');

/**
 * A name as a path segment of the API (`apimachinery/pkg/api/validation/path`): not `.`, not `..`, no `/`, no `%`.
 * RBAC objects use `:`; nothing else may go beyond.
 */
export const objectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9]([-_.:A-Za-z0-9]*[A-Za-z0-9])?$/, 'objectName');

/** An API group in a path: `core` stands for the group without a name. */
export const groupName = z.union([z.literal('core'), dnsSubdomain]);
export const pluralName = z
  .string()
  .max(63)
  .regex(/^[a-z][-a-z0-9]*$/, 'plural');

export const uuid = z.uuid();
/** RFC 3339 in UTC. */
export const timestamp = z.iso.datetime({ offset: true });

/** One value of a query parameter, or several: always a list after validation. None at all would ask for no right. */
export const oneOrMany = (schema: z.ZodType<string>) =>
  (
    z.preprocess(
      (value) => (Array.isArray(value) ? value : [value]),
      z.array(schema).min(1).max(500),
    ) as z.ZodType<string[], string | string[]>
  ).optional();

/** What every list understands. `sort=-field,field`; a leading minus is descending. */
export const listQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(500).default(50),
  sort: z
    .string()
    .max(200)
    .regex(/^-?[A-Za-z0-9_.]+(,-?[A-Za-z0-9_.]+)*$/, 'sort')
    .optional(),
  q: z.string().max(200).optional(),
});

export const resourceListQuery = listQuery.extend({
  namespace: oneOrMany(dnsLabel),
  labelSelector: z.string().max(2000).optional(),
  fieldSelector: z.string().max(2000).optional(),
  /** Pods with what metrics.k8s.io measures of them, and what has pods with their sums; nodes have it always. */
  withUsage: z.stringbool().optional(),
});

/**
 * - `live`: a watch is running, and what came last was right; `asOf` is when that was.
 * - `syncing`: the first list is under way or has failed, the rows are incomplete.
 * - `stale`: the cluster did not answer; the rows are as of `asOf`.
 * - `denied`: the cluster no longer lets the platform list them; the rows, if any, are as of `asOf`.
 */
export const dataState = z.enum(['live', 'syncing', 'stale', 'denied']);

/** An error inside of an answer or a message; `message` is in English, the SPA translates `code` with `params`. */
export const codedError = z.object({
  code: z.string(),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

/** What keeps a list from being the present: for one of its namespaces, or (null) for all of it. */
export const listProblem = z.object({ namespace: z.string().nullable(), error: codedError });

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    total: z.number().int(),
    page: z.number().int(),
    pageSize: z.number().int(),
    asOf: timestamp,
    state: dataState,
  });
}
