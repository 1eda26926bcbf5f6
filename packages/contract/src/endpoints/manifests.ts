import { z } from 'zod';
import { codedError, dnsLabel, uuid } from '../common.ts';
import { defineEndpoint } from '../endpoint.ts';
import { kubernetesObject } from './resources.ts';

/** What is asked for, of a plan and of its run alike. */
const manifests = {
  /** YAML as kubectl reads it: many documents, lists, JSON. */
  text: z.string().min(1).max(4_000_000),
  /** Where objects go whose text names no namespace. */
  namespace: dnsLabel.default('default'),
  fieldValidation: z.enum(['Strict', 'Warn']).default('Strict'),
  /** Takes over fields that others own. */
  force: z.boolean().default(false),
};

/**
 * - `create`, `change`, `unchanged`: what applying it would do.
 * - `later`: cannot be tried yet, since its namespace or its kind is made by another document of the same text.
 * - `untried`: the cluster cannot try it without doing it (`dryRunUnavailable`).
 * - `refused`: `error` says why.
 */
export const manifestState = z.enum(['create', 'change', 'unchanged', 'later', 'untried', 'refused']);

/** What is wrong with one document. */
const manifestError = codedError.extend({
  /** In the text, from 1. */
  line: z.number().int(),
  fields: z.array(
    z.object({ field: z.string(), code: z.string(), message: z.string(), line: z.number().int() }),
  ),
  conflicts: z.array(z.object({ manager: z.string().nullable(), field: z.string(), message: z.string() })),
  /** The cluster's own Status, verbatim, when it refused. */
  status: z.unknown(),
});

/** One object of the text; each of a list is one. */
export const manifestPlan = z.object({
  /** Its place in the text, from 0. */
  index: z.number().int(),
  line: z.number().int(),
  apiVersion: z.string().nullable(),
  kind: z.string().nullable(),
  group: z.string().nullable(),
  plural: z.string().nullable(),
  /** Null where its kind is cluster-scoped, or not known. */
  namespace: z.string().nullable(),
  name: z.string().nullable(),
  /** The cluster names it: each run makes another one. */
  generateName: z.string().nullable(),
  /** Who says in which version: the text, or, where it says nothing, the cluster that has the kind in one group only. */
  versionFrom: z.enum(['text', 'cluster']),
  /** Who says in which namespace: the text, the chosen one, nobody (cluster-scoped; one in the text is left out). */
  namespaceFrom: z.enum(['text', 'chosen', 'nobody']),
  state: manifestState,
  /** Without managedFields; of Secrets sizes only. Null where there is none, or where it may not be read. */
  before: kubernetesObject.nullable(),
  after: kubernetesObject.nullable(),
  warnings: z.array(z.string()),
  error: manifestError.nullable(),
  /** What the plan was made against; a run on anything else asks again. */
  target: z.string(),
});

const path = '/clusters/{cluster}/manifests';
const params = z.strictObject({ cluster: dnsLabel });

/**
 * Many documents at once. The endpoints need entry to the cluster; each document's rights (`patch` and `create` of its
 * kind, in its namespace) are asked before anything about its object is read.
 */
export const manifestEndpoints = {
  planManifests: defineEndpoint({
    id: 'manifests.plan',
    method: 'POST',
    path: `${path}/plan`,
    summary: 'What applying a text would do, document by document; tried by the cluster, nothing is kept',
    params,
    body: z.strictObject(manifests),
    response: z.object({ documents: z.array(manifestPlan) }),
    permission: ({ params: { cluster } }) => [entry(cluster, `${path}/plan`)],
    audit: {
      code: 'manifests.plan',
      target: ({ params: { cluster } }) => ({ cluster, resource: 'manifests' }),
    },
  }),
  runManifests: defineEndpoint({
    id: 'manifests.run',
    method: 'POST',
    path,
    summary: 'Apply documents of a text as an operation, each bound to what its plan was made against',
    params,
    body: z.strictObject({
      ...manifests,
      documents: z
        .array(z.strictObject({ index: z.number().int().min(0), target: z.string().max(200) }))
        .min(1)
        .max(500),
    }),
    response: z.object({ operation: uuid }),
    status: 202,
    permission: ({ params: { cluster } }) => [entry(cluster, path)],
    audit: {
      code: 'manifests.run',
      target: ({ params: { cluster } }) => ({ cluster, resource: 'manifests' }),
      params: ({ body }) => ({ documents: body.documents.length, ...(body.force && { force: true }) }),
    },
  }),
};

function entry(cluster: string, object: string) {
  return { domain: { kind: 'cluster' as const, cluster }, object, action: 'POST', match: 'entry' as const };
}
