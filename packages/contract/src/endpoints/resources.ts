import { z } from 'zod';
import {
  dataState,
  dnsLabel,
  groupName,
  listProblem,
  objectName,
  pageOf,
  pluralName,
  resourceListQuery,
  uuid,
} from '../common.ts';
import { defineEndpoint, type DomainRef, type Requirement } from '../endpoint.ts';

/** A projected field: what the server sorts and filters by. Times are RFC 3339, cpu is in millicores, memory in bytes. */
export const cellValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** One object as a list shows it; `packages/kinds` turns `cells` into the text kubectl would print. */
export const row = z.object({
  uid: z.string(),
  /** Absent for cluster-scoped kinds. */
  namespace: z.string().optional(),
  name: z.string(),
  resourceVersion: z.string(),
  cells: z.record(z.string(), cellValue),
});

/** An object as the apiserver sent it; nothing is dropped. */
export const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

const collectionParams = z.strictObject({ cluster: dnsLabel, group: groupName, plural: pluralName });
/** `namespace` is `_` where the kind is cluster-scoped. */
const objectParams = collectionParams.extend({
  namespace: z.union([z.literal('_'), dnsLabel]),
  name: objectName,
});
const podParams = z.strictObject({ cluster: dnsLabel, namespace: dnsLabel, pod: objectName });

interface CollectionRef {
  cluster: string;
  group: string;
  plural: string;
}
interface ObjectRef extends CollectionRef {
  namespace: string;
  name: string;
}

function domainOf(cluster: string, namespace: string): DomainRef {
  return namespace === '_' ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace };
}

/** The right `verb` on a resource (or its subresource) where the object lives. */
export function resourceRight(
  ref: CollectionRef & { namespace?: string },
  verb: string,
  subresource?: string,
): Requirement {
  const object = `k8s/${ref.group}/${ref.plural}${subresource === undefined ? '' : `/${subresource}`}`;
  return { domain: domainOf(ref.cluster, ref.namespace ?? '_'), object, action: verb };
}

/** The right `verb` on one object. As in Kubernetes, a namespace itself lies in the namespace of its name. */
function objectRight(params: ObjectRef, verb: string): Requirement {
  const isNamespace = params.group === 'core' && params.plural === 'namespaces' && params.namespace === '_';
  return resourceRight(isNamespace ? { ...params, namespace: params.name } : params, verb);
}

function targetOf(params: ObjectRef) {
  return {
    cluster: params.cluster,
    resource: `k8s/${params.group}/${params.plural}`,
    name: params.name,
    ...(params.namespace === '_' ? {} : { namespace: params.namespace }),
  };
}

/** Actions of the generic door and the Kubernetes verb (and subresource) each stands for. */
export const resourceActions = {
  cordon: { verb: 'patch' },
  uncordon: { verb: 'patch' },
  delete: { verb: 'delete' },
} as const satisfies Record<string, { verb: string }>;
export const resourceAction = z.enum(['cordon', 'uncordon', 'delete']);

export const actionParameters = z.strictObject({
  /** Seconds; 0 deletes at once, absent is the object's own. */
  gracePeriodSeconds: z.number().int().min(0).max(86_400).optional(),
});

export const actionTarget = z.strictObject({
  namespace: dnsLabel.optional(),
  name: objectName,
  /** When given, an object of the same name with another uid is left alone. */
  uid: z.string().max(64).optional(),
});

const logQuery = z.strictObject({
  container: dnsLabel.optional(),
  tailLines: z.coerce.number().int().min(0).max(1_000_000).optional(),
  previous: z.stringbool().default(false),
  sinceSeconds: z.coerce.number().int().min(1).optional(),
  timestamps: z.stringbool().default(false),
});

export const resourceEndpoints = {
  listResources: defineEndpoint({
    id: 'resources.list',
    method: 'GET',
    path: '/clusters/{cluster}/k8s/{group}/{plural}',
    summary: 'Page of objects as rows; narrowed to the namespaces the caller may list',
    params: collectionParams,
    query: resourceListQuery,
    response: pageOf(row).extend({
      /** Namespaces the answer was narrowed to; null: all that was asked for. */
      narrowedTo: z.array(z.string()).nullable(),
      /** Empty while the answer is all there is, and live. */
      problems: z.array(listProblem),
    }),
    permission: ({ params, query }) =>
      query.namespace === undefined
        ? [{ ...resourceRight(params, 'list'), match: 'narrows' }]
        : query.namespace.map((namespace) => ({
            ...resourceRight({ ...params, namespace }, 'list'),
            match: 'narrows',
          })),
    live: true,
  }),
  getResource: defineEndpoint({
    id: 'resources.get',
    method: 'GET',
    path: '/clusters/{cluster}/k8s/{group}/{plural}/{namespace}/{name}',
    summary: 'One object, whole, read live',
    params: objectParams,
    response: z.object({ object: kubernetesObject, state: dataState }),
    permission: ({ params }) => [objectRight(params, 'get')],
    live: true,
  }),
  deleteResource: defineEndpoint({
    id: 'resources.delete',
    method: 'DELETE',
    path: '/clusters/{cluster}/k8s/{group}/{plural}/{namespace}/{name}',
    summary: 'Delete one object',
    params: objectParams,
    query: z.strictObject({
      gracePeriodSeconds: z.coerce.number().int().min(0).max(86_400).optional(),
      uid: z.string().max(64).optional(),
    }),
    response: z.object({ object: kubernetesObject.nullable() }),
    permission: ({ params }) => [objectRight(params, 'delete')],
    audit: { code: 'resource.delete', target: ({ params }) => targetOf(params) },
  }),
  actOnResource: defineEndpoint({
    id: 'resources.act',
    method: 'POST',
    path: '/clusters/{cluster}/k8s/{group}/{plural}/{namespace}/{name}/actions/{action}',
    summary: 'Do an action of the kind to one object',
    params: objectParams.extend({ action: resourceAction }),
    body: actionParameters.default({}),
    response: z.object({ object: kubernetesObject.nullable() }),
    permission: ({ params }) => [objectRight(params, resourceActions[params.action].verb)],
    audit: {
      code: 'resource.action',
      target: ({ params }) => targetOf(params),
      params: ({ params }) => ({ action: params.action }),
    },
  }),
  actOnResources: defineEndpoint({
    id: 'resources.actMany',
    method: 'POST',
    path: '/clusters/{cluster}/k8s/{group}/{plural}/actions/{action}',
    summary: 'Do an action to many objects as an operation; rights are checked again for each',
    params: collectionParams.extend({ action: resourceAction }),
    body: z.strictObject({
      targets: z.array(actionTarget).min(1).max(5000),
      parameters: actionParameters.default({}),
    }),
    response: z.object({ operation: uuid }),
    status: 202,
    permission: ({ params, body }) => {
      const verb = resourceActions[params.action].verb;
      const namespaces = new Set(body.targets.map((target) => target.namespace ?? '_'));
      return [...namespaces].map((namespace) => resourceRight({ ...params, namespace }, verb));
    },
    audit: {
      code: 'resource.actionMany',
      target: ({ params }) => ({ cluster: params.cluster, resource: `k8s/${params.group}/${params.plural}` }),
      params: ({ params, body }) => ({ action: params.action, objects: body.targets.length }),
    },
  }),
  podLog: defineEndpoint({
    id: 'pods.log',
    method: 'GET',
    path: '/clusters/{cluster}/k8s/core/pods/{namespace}/{pod}/log',
    summary: 'Log of a container as text',
    params: podParams,
    query: logQuery,
    produces: 'stream',
    permission: ({ params }) => [resourceRight({ ...params, group: 'core', plural: 'pods' }, 'get', 'log')],
    audit: {
      code: 'pod.log',
      target: ({ params }) => ({
        cluster: params.cluster,
        namespace: params.namespace,
        resource: 'k8s/core/pods/log',
        name: params.pod,
      }),
    },
  }),
};
