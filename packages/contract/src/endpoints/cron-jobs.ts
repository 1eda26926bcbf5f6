import { z } from 'zod';
import { cronJobSpec } from '../application/cron-job.ts';
import { codedError, dnsLabel, timestamp, uuid } from '../common.ts';
import { defineEndpoint } from '../endpoint.ts';
import { changeReason, renderedChange, specProblem } from './applications.ts';
import { driftedField, instancePhase, podOfUnit, resourceRightAlongTree } from './instances.ts';
import { nodeRight } from './projects.ts';

const cronJobView = z.object({
  id: uuid,
  project: uuid,
  name: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  namespaceId: uuid,
  schedule: z.string(),
  timeZone: z.string().nullable(),
  suspended: z.boolean(),
  image: z.string(),
  /** As an instance's; `running` is in place, `stopped` is suspended. */
  phase: instancePhase,
  version: z.number().int(),
  appliedVersion: z.number().int().nullable(),
  error: codedError.nullable(),
  asOf: timestamp.nullable(),
  lastScheduledAt: timestamp.nullable(),
  lastSucceededAt: timestamp.nullable(),
});

/** A Job that a cron job made. */
const cronJobRun = z.object({
  job: z.string(),
  uid: z.string(),
  state: z.enum(['running', 'succeeded', 'failed']),
  /** By hand rather than by the schedule. */
  byHand: z.boolean(),
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  /** Of its last container that ended. */
  exitCode: z.number().int().nullable(),
  why: codedError.nullable(),
  pods: z.array(podOfUnit),
});

const cronJobDetail = cronJobView.extend({ spec: cronJobSpec, drift: z.array(driftedField) });

const projectParams = z.strictObject({ project: uuid });
const cronJobParams = projectParams.extend({ cronJob: uuid });
const one = '/projects/{project}/cronjobs/{cronJob}';

const targetOf = ({ params }: { params: { cronJob: string } }) => ({
  resource: 'cronJob',
  name: params.cronJob,
});

const newCronJob = z.strictObject({
  /** The Jobs' names get eleven characters more. */
  name: dnsLabel.max(52),
  namespaceId: uuid,
  spec: cronJobSpec,
  reason: changeReason,
});

export const cronJobEndpoints = {
  listCronJobs: defineEndpoint({
    id: 'cronJobs.list',
    method: 'GET',
    path: '/projects/{project}/cronjobs',
    summary: 'Cron jobs of a project',
    params: projectParams,
    response: z.object({ cronJobs: z.array(cronJobView) }),
    permission: ({ params }) => [nodeRight('GET', '/projects/{project}/cronjobs', params.project)],
    live: true,
  }),
  planCronJob: defineEndpoint({
    id: 'cronJobs.plan',
    method: 'POST',
    path: '/projects/{project}/cronjobs/plan',
    summary: 'What a cron job would be in its cluster; nothing is written',
    params: projectParams,
    body: newCronJob.omit({ reason: true }).extend({ cronJob: uuid.optional() }),
    response: z.object({
      problems: z.array(specProblem),
      changes: z.array(renderedChange),
      warnings: z.array(z.string()),
      clusterError: codedError.nullable(),
    }),
    permission: ({ params }) => [nodeRight('POST', '/projects/{project}/cronjobs', params.project)],
    audit: {
      code: 'cronJob.plan',
      target: ({ body }) => ({ resource: 'cronJob', name: body.name }),
      onlyFailures: true,
    },
  }),
  createCronJob: defineEndpoint({
    id: 'cronJobs.create',
    method: 'POST',
    path: '/projects/{project}/cronjobs',
    summary: 'Create a cron job in a namespace of a project',
    params: projectParams,
    body: newCronJob,
    response: cronJobDetail,
    status: 201,
    permission: ({ params }) => [nodeRight('POST', '/projects/{project}/cronjobs', params.project)],
    audit: { code: 'cronJob.create', target: ({ body }) => ({ resource: 'cronJob', name: body.name }) },
  }),
  getCronJob: defineEndpoint({
    id: 'cronJobs.get',
    method: 'GET',
    path: one,
    summary: 'A cron job of a project',
    params: cronJobParams,
    response: cronJobDetail,
    permission: ({ params }) => [nodeRight('GET', '/projects/{project}/cronjobs', params.project)],
    live: true,
  }),
  updateCronJob: defineEndpoint({
    id: 'cronJobs.update',
    method: 'PUT',
    path: one,
    summary: 'Change a cron job',
    params: cronJobParams,
    body: z.strictObject({ spec: cronJobSpec, version: z.number().int(), reason: changeReason }),
    response: cronJobDetail,
    permission: ({ params }) => [nodeRight('PUT', one, params.project)],
    audit: { code: 'cronJob.update', target: targetOf, params: ({ body }) => ({ reason: body.reason }) },
  }),
  reconcileCronJob: defineEndpoint({
    id: 'cronJobs.reconcile',
    method: 'POST',
    path: `${one}/reconcile`,
    summary: 'Write a cron job to its cluster again, over what something else has changed',
    params: cronJobParams,
    response: cronJobDetail,
    permission: ({ params }) => [nodeRight('PUT', one, params.project)],
    audit: { code: 'cronJob.reconcile', target: targetOf },
  }),
  suspendCronJobs: defineEndpoint({
    id: 'cronJobs.suspend',
    method: 'POST',
    path: '/projects/{project}/cronjobs/suspend',
    summary: 'Suspend cron jobs of a project, or let them run again',
    params: projectParams,
    body: z.strictObject({ cronJobs: z.array(uuid).min(1).max(500), suspended: z.boolean() }),
    response: z.object({ changed: z.number().int() }),
    permission: ({ params }) => [nodeRight('PUT', one, params.project)],
    audit: {
      code: 'cronJob.suspend',
      target: ({ body }) => ({ resource: 'cronJob', name: body.cronJobs.join(', ').slice(0, 253) }),
      params: ({ body }) => ({ suspended: body.suspended }),
    },
  }),
  deleteCronJobs: defineEndpoint({
    id: 'cronJobs.delete',
    method: 'POST',
    path: '/projects/{project}/cronjobs/delete',
    summary: 'Delete cron jobs of a project, with the Jobs and Pods that they made',
    params: projectParams,
    body: z.strictObject({ cronJobs: z.array(uuid).min(1).max(500), abandon: z.boolean().default(false) }),
    response: z.object({ removing: z.number().int() }),
    status: 202,
    permission: ({ params }) => [nodeRight('DELETE', one, params.project)],
    audit: {
      code: 'cronJob.delete',
      target: ({ body }) => ({ resource: 'cronJob', name: body.cronJobs.join(', ').slice(0, 253) }),
    },
  }),
  runCronJob: defineEndpoint({
    id: 'cronJobs.run',
    method: 'POST',
    path: `${one}/runs`,
    summary: 'Run a cron job now, as `kubectl create job --from` does',
    params: cronJobParams,
    response: z.object({ job: z.string() }),
    status: 201,
    permission: ({ params }) => [nodeRight('POST', `${one}/runs`, params.project)],
    audit: { code: 'cronJob.run', target: targetOf },
  }),
  listCronJobRuns: defineEndpoint({
    id: 'cronJobs.runs',
    method: 'GET',
    path: `${one}/runs`,
    summary: 'The last runs of a cron job with their Pods',
    params: cronJobParams,
    response: z.object({ runs: z.array(cronJobRun), asOf: timestamp }),
    permission: ({ params }) => [resourceRightAlongTree(params.project, 'pods', 'list')],
    live: true,
  }),
};
