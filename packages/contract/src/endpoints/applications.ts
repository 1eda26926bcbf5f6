import { z } from 'zod';
import { applicationSpec } from '../application/spec.ts';
import { dnsLabel, oneOrMany, timestamp, uuid } from '../common.ts';
import { defineEndpoint, type Requirement } from '../endpoint.ts';
import { nodeRight } from './projects.ts';

/** An application is a node at the last level of the service tree; of one that nobody has described yet the spec is empty. */
const applicationView = z.object({
  id: uuid,
  name: z.string(),
  displayName: z.string(),
  description: z.string(),
  path: z.string(),
  project: uuid,
  /** Of its spec; 0 while nobody has described it. */
  version: z.number().int(),
  instances: z.number().int(),
  /** How many of them are what they should be. */
  inPlace: z.number().int(),
});

const applicationDetail = applicationView.extend({
  spec: applicationSpec,
  /** Names of its secrets; what they hold is never shown. */
  secrets: z.array(z.string()),
});

export const specVersion = z.object({
  version: z.number().int(),
  author: z.string(),
  reason: z.string(),
  createdAt: timestamp,
});

/** How a rendered object would change; a Secret's values are told as sizes. */
export const renderedChange = z.object({
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  change: z.enum(['create', 'change', 'unchanged', 'delete']),
  /** YAML; null where there is none. */
  before: z.string().nullable(),
  after: z.string().nullable(),
});

/** What may not be, at its field of the spec. */
export const specProblem = z.object({
  /** As origins have them: `container.ports.http`. */
  path: z.string(),
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type SpecProblemView = z.output<typeof specProblem>;

/** What of a spec reaches beyond the Pod's own namespace and rights. */
export const dangerousFieldNames = [
  'hostPath',
  'hostNamespaces',
  'privileged',
  'capabilities',
  'serviceAccount',
  'foreignSecret',
  'foreignClaim',
  'controlPlane',
] as const;
export type DangerousFieldName = (typeof dangerousFieldNames)[number];

/** What it takes to use such a field in the applications of a node of the service tree. */
export function dangerousFieldRight(field: DangerousFieldName, node: string): Requirement {
  return nodeRight('PUT', `/applications/{application}/fields/${field}`, node);
}

export const applicationParams = z.strictObject({ application: uuid });
/** Those of a list that somebody has before their eyes: what is known of them is kept fresh. */
export const seenIds = oneOrMany(uuid);
const displayName = z.string().trim().min(1).max(100);
const description = z.string().trim().max(500);
export const changeReason = z.string().trim().max(500).default('');

const targetOf = ({ params }: { params: { application: string } }) => ({
  resource: 'application',
  name: params.application,
});

const secretName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'envName');

export const applicationEndpoints = {
  listApplications: defineEndpoint({
    id: 'applications.list',
    method: 'GET',
    path: '/applications',
    summary: 'Applications of a project, or all, as far as the caller has a grant there',
    query: z.strictObject({ project: uuid.optional(), seen: seenIds }),
    response: z.object({ applications: z.array(applicationView) }),
    permission: 'session',
    live: true,
  }),
  createApplication: defineEndpoint({
    id: 'applications.create',
    method: 'POST',
    path: '/projects/{project}/applications',
    summary: 'Create an application: its node of the service tree, and what its instances share',
    params: z.strictObject({ project: uuid }),
    body: z.strictObject({
      name: dnsLabel,
      displayName,
      description: description.default(''),
      spec: applicationSpec,
    }),
    response: applicationDetail,
    status: 201,
    permission: ({ params }) => [nodeRight('POST', '/projects/{project}/applications', params.project)],
    audit: {
      code: 'application.create',
      target: ({ body }) => ({ resource: 'application', name: body.name }),
    },
  }),
  getApplication: defineEndpoint({
    id: 'applications.get',
    method: 'GET',
    path: '/applications/{application}',
    summary: 'An application and what its instances share',
    params: applicationParams,
    response: applicationDetail,
    permission: ({ params }) => [nodeRight('GET', '/applications/{application}', params.application)],
    live: true,
  }),
  planApplication: defineEndpoint({
    id: 'applications.plan',
    method: 'POST',
    path: '/applications/{application}/plan',
    summary: 'What a change would do, instance by instance; nothing is written',
    params: applicationParams,
    body: z.strictObject({ spec: applicationSpec }),
    response: z.object({
      problems: z.array(specProblem),
      instances: z.array(
        z.object({
          id: uuid,
          name: z.string(),
          cluster: z.string(),
          namespace: z.string(),
          /** Its Pods are replaced. */
          restarts: z.boolean(),
          changes: z.array(renderedChange),
        }),
      ),
    }),
    permission: ({ params }) => [nodeRight('PUT', '/applications/{application}', params.application)],
    audit: { code: 'application.plan', target: targetOf, onlyFailures: true },
  }),
  updateApplication: defineEndpoint({
    id: 'applications.update',
    method: 'PUT',
    path: '/applications/{application}',
    summary: 'Change what instances share, and say which of them take it over',
    params: applicationParams,
    body: z.strictObject({
      spec: applicationSpec,
      /** The one that was edited; another in between is a conflict. */
      version: z.number().int(),
      reason: changeReason,
      /** Instances that take it over now; the others stay at their version. */
      rollOut: z.union([z.literal('all'), z.array(uuid).max(1000)]),
    }),
    response: applicationDetail,
    permission: ({ params }) => [nodeRight('PUT', '/applications/{application}', params.application)],
    audit: { code: 'application.update', target: targetOf, params: ({ body }) => ({ reason: body.reason }) },
  }),
  setApplicationSecrets: defineEndpoint({
    id: 'applications.setSecrets',
    method: 'PATCH',
    path: '/applications/{application}/secrets',
    summary:
      'Set or remove secrets of an application, each an environment variable; instances restart with them',
    params: applicationParams,
    body: z.strictObject({
      /** Null removes. */
      secrets: z
        .record(secretName, z.string().max(32_768).nullable())
        .refine((all) => Object.keys(all).length <= 200, 'tooMany'),
    }),
    response: applicationDetail,
    permission: ({ params }) => [
      nodeRight('PATCH', '/applications/{application}/secrets', params.application),
    ],
    audit: {
      code: 'application.setSecrets',
      target: targetOf,
      params: ({ body }) => ({ names: Object.keys(body.secrets).join(', ') }),
    },
  }),
  deleteApplication: defineEndpoint({
    id: 'applications.delete',
    method: 'DELETE',
    path: '/applications/{application}',
    summary: 'Delete an application that has no instances, and its node of the service tree',
    params: applicationParams,
    permission: ({ params }) => [nodeRight('DELETE', '/applications/{application}', params.application)],
    audit: { code: 'application.delete', target: targetOf },
  }),
};
