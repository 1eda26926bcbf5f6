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
  timestamp,
} from '../common.ts';
import { qualifiedName } from '../actions/metadata-changes.ts';
import { defineEndpoint, type AuditTarget, type Requirement } from '../endpoint.ts';
import type { Domain } from '../rights/domain.ts';

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

/** Objects that have the same value of a label. */
export const rowGroup = z.object({
  /** Null: they have no such label. */
  value: z.string().nullable(),
  count: z.number().int(),
  /** How many are how, by the field of the kind that says so. */
  states: z.record(z.string(), z.number().int()),
  /** Of the fields that add up; `known` is how many objects say something. */
  sums: z.record(z.string(), z.object({ sum: z.number(), known: z.number().int() })),
});

/** An object as the apiserver sent it; nothing is dropped. */
export const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

export const collectionParams = z.strictObject({ cluster: dnsLabel, group: groupName, plural: pluralName });
/** `namespace` is `_` where the kind is cluster-scoped. */
export const objectParams = collectionParams.extend({
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

function domainOf(cluster: string, namespace: string): Domain {
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
export function objectRight(params: ObjectRef, verb: string, subresource?: string): Requirement {
  const isNamespace = params.group === 'core' && params.plural === 'namespaces' && params.namespace === '_';
  return resourceRight(isNamespace ? { ...params, namespace: params.name } : params, verb, subresource);
}

/** One object, as the audit log names it. */
export function targetOf(params: ObjectRef): AuditTarget {
  return {
    cluster: params.cluster,
    resource: `k8s/${params.group}/${params.plural}`,
    name: params.name,
    ...(params.namespace === '_' ? {} : { namespace: params.namespace }),
  };
}

/** An object that names another, and how. */
export const referrer = z.object({
  group: z.string(),
  plural: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  /** `Kind/name` of its controller. */
  owner: z.string().nullable(),
  as: z.array(z.enum(['mounts', 'env', 'envFrom', 'refersTo'])),
});

const logQuery = z.strictObject({
  container: dnsLabel.optional(),
  tailLines: z.coerce.number().int().min(0).max(1_000_000).optional(),
  previous: z.stringbool().default(false),
  sinceSeconds: z.coerce.number().int().min(1).optional(),
  timestamps: z.stringbool().default(false),
});

function listRights(params: CollectionRef, namespaces: string[] | undefined): Requirement[] {
  return namespaces === undefined
    ? [{ ...resourceRight(params, 'list'), match: 'narrows' }]
    : namespaces.map((namespace) => ({
        ...resourceRight({ ...params, namespace }, 'list'),
        match: 'narrows',
      }));
}

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
    permission: ({ params, query }) => [
      ...listRights(params, query.namespace),
      ...(query.withUsage === true
        ? listRights(
            {
              ...params,
              group: 'metrics.k8s.io',
              plural: params.group === 'core' && params.plural === 'nodes' ? 'nodes' : 'pods',
            },
            query.namespace,
          )
        : []),
    ],
    live: true,
  }),
  groupResources: defineEndpoint({
    id: 'resources.groups',
    method: 'GET',
    path: '/clusters/{cluster}/groups/{group}/{plural}',
    summary: 'The objects of a list by a label: how many have which value, and what they come to together',
    params: collectionParams,
    query: resourceListQuery.omit({ page: true, pageSize: true, sort: true }).extend({
      /** The label; absent: only the labels that there are. */
      by: qualifiedName.optional(),
    }),
    response: z.object({
      /** Labels of the objects, the most frequent first. */
      labels: z.array(z.string()),
      groups: z.array(rowGroup),
      /** There are more groups than are told. */
      truncated: z.boolean(),
      asOf: timestamp,
      state: dataState,
    }),
    permission: ({ params, query }) => listRights(params, query.namespace),
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
  listReferrers: defineEndpoint({
    id: 'resources.referrers',
    method: 'GET',
    path: '/clusters/{cluster}/k8s/{group}/{plural}/{namespace}/{name}/referrers',
    summary: 'Objects of its namespace that name it: mount it, take variables from it, refer to it',
    params: objectParams,
    response: z.object({
      items: z.array(referrer),
      /** There are more than are told. */
      truncated: z.boolean(),
      /** Kinds that were not looked at, because the caller may not list them here: `<group|core>/<plural>`. */
      hidden: z.array(z.string()),
    }),
    permission: ({ params }) => [objectRight(params, 'get')],
  }),
  getResourceKind: defineEndpoint({
    id: 'resources.kind',
    method: 'GET',
    path: '/clusters/{cluster}/kinds/{group}/{plural}',
    summary: 'How a cluster serves a kind: what a new object of it begins with, and where it lives',
    params: collectionParams,
    response: z.object({
      /** In the version that the cluster prefers. */
      apiVersion: z.string(),
      kind: z.string(),
      namespaced: z.boolean(),
      verbs: z.array(z.string()),
    }),
    // what a cluster serves is no secret to whoever sees it; nor is it to a cluster's own users
    permission: ({ params }) => [
      {
        domain: { kind: 'cluster', cluster: params.cluster },
        object: '/clusters/{cluster}',
        action: 'GET',
        match: 'entry',
      },
    ],
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
