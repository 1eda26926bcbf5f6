import { z } from 'zod';
import { dnsLabel, listQuery, pageOf, timestamp, uuid } from '../common.ts';
import { defineEndpoint, type Requirement } from '../endpoint.ts';
import { manifestPlan } from './manifests.ts';
import { templateValues, templateVariable } from './templates.ts';

const version = z.number().int().min(1).max(1_000_000);
const rolled = { template: dnsLabel, version, values: templateValues.default({}) };
const options = {
  fieldValidation: z.enum(['Strict', 'Warn']).default('Strict'),
  /** Takes over fields that others own. */
  force: z.boolean().default(false),
};
/** Where objects go whose text names no namespace: into each of these. */
const namespaces = z.array(dnsLabel).min(1).max(20);

/** One object as it would be applied to a cluster. */
export const taskDocument = manifestPlan.extend({
  /** Of the task's namespaces the one it was planned for. */
  into: z.string(),
});

/** What is applied to a cluster; whatever of the text is missing here is named as failed, and why. */
const chosenCluster = z.strictObject({
  cluster: dnsLabel,
  documents: z
    .array(
      z.strictObject({
        into: dnsLabel,
        index: z.number().int().min(0).max(10_000),
        /** What its plan was made against. */
        target: z.string().max(200),
      }),
    )
    .max(2000),
});
const chosenClusters = z
  .array(chosenCluster)
  .min(1)
  .max(200)
  .refine((all) => new Set(all.map(({ cluster }) => cluster)).size === all.length, 'clusterTwice');

/** - `apply`, `retry`: rolled it out. - `takeBack`: deleted what it had made. */
export const taskRunKind = z.enum(['apply', 'retry', 'takeBack']);

export const task = z.object({
  id: uuid,
  template: z.string(),
  version: z.number().int(),
  actor: z.string(),
  createdAt: timestamp,
  clusters: z.array(z.string()),
  namespaces: z.array(z.string()),
  /** The newest run and how it is going. */
  run: z.object({
    operation: uuid,
    kind: taskRunKind,
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'forgotten']),
  }),
});

export const taskDetail = task.extend({
  /** It has been deleted since; the task has kept what it rolls out. */
  isTemplateDeleted: z.boolean(),
  variables: z.array(templateVariable),
  /** Without secrets, which are kept no longer than it runs. */
  values: templateValues,
  fieldValidation: z.enum(['Strict', 'Warn']),
  force: z.boolean(),
  stopsAtFailure: z.boolean(),
  runs: z.array(z.object({ operation: uuid, kind: taskRunKind, actor: z.string(), createdAt: timestamp })),
  /** Clusters whose last run failed or never had its turn; a retry is for these. */
  failed: z.array(z.string()),
  /** Objects that it made and has not taken back. */
  made: z.number().int(),
});

/** - `making`: sent, and its answer not seen: it may be there. */
export const taskObjectState = z.enum(['making', 'created', 'configured', 'unchanged', 'takenBack']);

export const taskObject = z.object({
  id: uuid,
  cluster: z.string(),
  group: z.string(),
  plural: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
  uid: z.string().nullable(),
  state: taskObjectState,
  at: timestamp,
});

const taskParams = z.strictObject({ task: uuid });
const submitted = z.object({ task: uuid, operation: uuid });
const targetOf = ({ params }: { params: { task: string } }) => ({ resource: 'task', name: params.task });
const entry = (cluster: string): Requirement => ({
  domain: { kind: 'cluster', cluster },
  object: '/tasks',
  action: 'POST',
  match: 'entry',
});

/**
 * A template rolled out. Its endpoints need entry to each cluster; each document's rights (`patch` and `create` of its
 * kind, in its namespace) are asked when it is planned, when it is submitted, and at its turn. Own tasks need no more;
 * others' are for who may see everybody's operations.
 */
export const taskEndpoints = {
  listTasks: defineEndpoint({
    id: 'tasks.list',
    method: 'GET',
    path: '/tasks',
    summary:
      'Tasks: the own ones, or, for who may see everybody’s operations, all; of one operation its task',
    query: listQuery.extend({ operation: uuid.optional() }),
    response: pageOf(task),
    permission: 'session',
  }),
  planTask: defineEndpoint({
    id: 'tasks.plan',
    method: 'POST',
    path: '/clusters/{cluster}/tasks/plan',
    summary: 'What rolling a template out to a cluster would do, object by object; nothing is kept',
    params: z.strictObject({ cluster: dnsLabel }),
    body: z.strictObject({ ...rolled, namespaces, ...options }),
    response: z.object({ documents: z.array(taskDocument) }),
    permission: ({ params }) => [entry(params.cluster)],
    audit: {
      code: 'task.plan',
      target: ({ params, body }) => ({ cluster: params.cluster, resource: 'template', name: body.template }),
    },
  }),
  runTask: defineEndpoint({
    id: 'tasks.run',
    method: 'POST',
    path: '/tasks',
    summary:
      'Roll a template out to clusters as an operation, each object bound to what its plan was made against',
    body: z.strictObject({
      ...rolled,
      namespaces,
      ...options,
      clusters: chosenClusters,
      /** One cluster after the other, up to the first that fails; otherwise side by side. */
      stopsAtFailure: z.boolean().default(false),
    }),
    response: submitted,
    status: 202,
    permission: ({ body }) => body.clusters.map(({ cluster }) => entry(cluster)),
    audit: {
      code: 'task.run',
      target: ({ body }) => ({ resource: 'template', name: body.template }),
      params: ({ body }) => ({ version: body.version, clusters: body.clusters.length }),
    },
  }),
  getTask: defineEndpoint({
    id: 'tasks.get',
    method: 'GET',
    path: '/tasks/{task}',
    summary: 'One task: what was rolled out where, by whom, and how it went',
    params: taskParams,
    response: taskDetail,
    permission: 'session',
  }),
  renderedTask: defineEndpoint({
    id: 'tasks.rendered',
    method: 'GET',
    path: '/tasks/{task}/rendered',
    summary: 'The YAML that a task applies, secrets masked',
    params: taskParams,
    response: z.object({ text: z.string() }),
    permission: 'session',
  }),
  listTaskObjects: defineEndpoint({
    id: 'tasks.objects',
    method: 'GET',
    path: '/tasks/{task}/objects',
    summary: 'Objects that a task made or changed; `q` is in the cluster or the name',
    params: taskParams,
    query: listQuery.extend({ state: taskObjectState.optional() }),
    response: pageOf(taskObject),
    permission: 'session',
  }),
  planTaskRetry: defineEndpoint({
    id: 'tasks.planRetry',
    method: 'POST',
    path: '/clusters/{cluster}/tasks/{task}/plan',
    summary: 'What rolling a task out to a cluster again would do, whatever became of its template',
    params: z.strictObject({ cluster: dnsLabel, task: uuid }),
    body: z.strictObject({ values: templateValues.default({}), ...options }),
    response: z.object({ documents: z.array(taskDocument) }),
    permission: ({ params }) => [entry(params.cluster)],
    audit: {
      code: 'task.plan',
      target: ({ params }) => ({ cluster: params.cluster, resource: 'task', name: params.task }),
    },
  }),
  retryTask: defineEndpoint({
    id: 'tasks.retry',
    method: 'POST',
    path: '/tasks/{task}/retry',
    summary: 'Roll out again where it failed, once it has ended; secrets have to be given again',
    params: taskParams,
    body: z.strictObject({ values: templateValues.default({}), ...options, clusters: chosenClusters }),
    response: submitted,
    status: 202,
    permission: ({ body }) => body.clusters.map(({ cluster }) => entry(cluster)),
    audit: {
      code: 'task.retry',
      target: targetOf,
      params: ({ body }) => ({ clusters: body.clusters.length }),
    },
  }),
  takeBackTask: defineEndpoint({
    id: 'tasks.takeBack',
    method: 'POST',
    path: '/tasks/{task}/take-back',
    summary: 'Delete what a task made and nobody else has taken into use since, as an operation',
    params: taskParams,
    response: submitted,
    status: 202,
    permission: 'session',
    audit: { code: 'task.takeBack', target: targetOf },
  }),
};
