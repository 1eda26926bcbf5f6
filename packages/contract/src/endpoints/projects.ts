import { z } from 'zod';
import { namespaceDefaults } from '../application/spec.ts';
import { dnsLabel, timestamp, uuid } from '../common.ts';
import { defineEndpoint, type Method, type Requirement } from '../endpoint.ts';
import { resourceRight } from './resources.ts';

/**
 * A project is a node of the service tree, at the level above the last; an application is one at the last level. Name,
 * place, owners and rights are the node's, and so is the id.
 */
const projectView = z.object({
  id: uuid,
  name: z.string(),
  displayName: z.string(),
  path: z.string(),
  namespaces: z.number().int(),
  applications: z.number().int(),
  instances: z.number().int(),
  cronJobs: z.number().int(),
});

/** Hard limits of a ResourceQuota, by Kubernetes' names: `requests.cpu`, `limits.memory`, `pods`. */
const quota = z.record(z.string().max(253), z.string().max(40));

export const projectNamespace = z.object({
  id: uuid,
  cluster: z.string(),
  namespace: z.string(),
  /** The namespace was made for the project, and goes with it. */
  created: z.boolean(),
  defaults: namespaceDefaults,
  quota,
  instances: z.number().int(),
  cronJobs: z.number().int(),
  createdAt: timestamp,
});

/** What goes with a project, and what stays. */
const projectDeletion = z.object({
  path: z.string(),
  applications: z.array(z.object({ path: z.string(), secrets: z.array(z.string()) })),
  instances: z.array(
    z.object({ path: z.string(), name: z.string(), cluster: z.string(), namespace: z.string() }),
  ),
  cronJobs: z.array(z.object({ name: z.string(), cluster: z.string(), namespace: z.string() })),
  /** Hosts of its registries. */
  registries: z.array(z.string()),
  namespaces: z.array(
    z.object({
      cluster: z.string(),
      namespace: z.string(),
      /**
       * `deleted`: it was made for the project, and goes with everything in it. It stays where it was there before
       * (`adopted`), where the caller may not delete it (`noRight`), and where its cluster is not registered any more
       * (`detached`; what the project has there stays as well).
       */
      fate: z.enum(['deleted', 'adopted', 'noRight', 'detached']),
      /** Its cluster answers; what is there is waited for, and the rest with it. */
      isReachable: z.boolean(),
    }),
  ),
});

const projectParams = z.strictObject({ project: uuid });
const namespaceParams = projectParams.extend({ namespace: uuid });

/** A right on a node of the service tree and on what is below it. */
export function nodeRight(method: Method, path: string, node: string): Requirement {
  return { domain: { kind: 'tree', node }, object: path, action: method };
}

const targetOf = ({ params }: { params: { project: string } }) => ({
  resource: 'project',
  name: params.project,
});

export const projectEndpoints = {
  listProjects: defineEndpoint({
    id: 'projects.list',
    method: 'GET',
    path: '/projects',
    summary: 'Projects: nodes of the service tree above applications, as far as the caller has a grant there',
    response: z.object({ projects: z.array(projectView) }),
    permission: 'session',
    live: true,
  }),
  getProject: defineEndpoint({
    id: 'projects.get',
    method: 'GET',
    path: '/projects/{project}',
    summary: 'A project with the namespaces that are open to it',
    params: projectParams,
    response: projectView.extend({ description: z.string(), openNamespaces: z.array(projectNamespace) }),
    permission: ({ params }) => [
      { ...nodeRight('GET', '/projects/{project}', params.project), match: 'entry' },
    ],
    live: true,
  }),
  planProjectDeletion: defineEndpoint({
    id: 'projects.planDeletion',
    method: 'GET',
    path: '/projects/{project}/deletion',
    summary: 'What would go with a project, and what would stay',
    params: projectParams,
    response: projectDeletion,
    permission: ({ params }) => [nodeRight('DELETE', '/projects/{project}', params.project)],
  }),
  deleteProject: defineEndpoint({
    id: 'projects.delete',
    method: 'POST',
    path: '/projects/{project}/deletion',
    summary: 'Delete a project with all that it has, as an operation',
    params: projectParams,
    body: z.strictObject({
      /** The project’s path, as somebody typed it who means it. */
      path: z.string().max(1000),
    }),
    response: z.object({ operation: uuid }),
    status: 202,
    permission: ({ params }) => [nodeRight('DELETE', '/projects/{project}', params.project)],
    audit: { code: 'project.delete', target: targetOf },
  }),
  openNamespace: defineEndpoint({
    id: 'projects.openNamespace',
    method: 'POST',
    path: '/projects/{project}/namespaces',
    summary:
      'Open a namespace of a cluster to a project: one that is made, or one that is there and no other project’s',
    params: projectParams,
    body: z.strictObject({
      cluster: dnsLabel,
      namespace: dnsLabel,
      create: z.boolean(),
      defaults: namespaceDefaults.prefault({}),
      quota: quota.default({}),
    }),
    response: projectNamespace,
    status: 201,
    permission: ({ params, body }) => [
      nodeRight('POST', '/projects/{project}/namespaces', params.project),
      body.create
        ? resourceRight({ cluster: body.cluster, group: 'core', plural: 'namespaces' }, 'create')
        : resourceRight(
            { cluster: body.cluster, group: 'core', plural: 'namespaces', namespace: body.namespace },
            'patch',
          ),
    ],
    audit: {
      code: 'project.openNamespace',
      target: targetOf,
      params: ({ body }) => ({ cluster: body.cluster, namespace: body.namespace }),
    },
  }),
  updateNamespace: defineEndpoint({
    id: 'projects.updateNamespace',
    method: 'PUT',
    path: '/projects/{project}/namespaces/{namespace}',
    summary: 'What holds for all that the project runs in a namespace: defaults and quota',
    params: namespaceParams,
    body: z.strictObject({ defaults: namespaceDefaults, quota }),
    response: projectNamespace,
    permission: ({ params }) => [
      nodeRight('PUT', '/projects/{project}/namespaces/{namespace}', params.project),
    ],
    audit: { code: 'project.updateNamespace', target: targetOf },
  }),
  closeNamespace: defineEndpoint({
    id: 'projects.closeNamespace',
    method: 'DELETE',
    path: '/projects/{project}/namespaces/{namespace}',
    summary:
      'Close a namespace to a project in which it runs nothing; the namespace itself stays, without its quota',
    params: namespaceParams,
    permission: ({ params }) => [
      nodeRight('DELETE', '/projects/{project}/namespaces/{namespace}', params.project),
    ],
    audit: { code: 'project.closeNamespace', target: targetOf },
  }),
};
