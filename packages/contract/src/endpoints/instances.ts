import { z } from 'zod';
import { instanceSpec } from '../application/spec.ts';
import { codedError, dnsLabel, timestamp, uuid } from '../common.ts';
import { defineEndpoint, type Requirement } from '../endpoint.ts';
import {
  applicationParams,
  changeReason,
  renderedChange,
  seenIds,
  specProblem,
  specVersion,
} from './applications.ts';
import { nodeRight } from './projects.ts';
import { row } from './resources.ts';

/**
 * How far the cluster is from what should be.
 * - `pending`: not applied yet, or not the newest version; `error` says what is in the way.
 * - `rollingOut`: applied; its Pods are being replaced, or do not all run yet.
 * - `running`: as it should be.
 * - `stopped`: as it should be, with no Pods (no replicas).
 * - `failing`: applied, but its Pods cannot run; `error` says why.
 * - `drifted`: something else has changed or removed what was applied.
 * - `unreachable`: the cluster does not answer; the rest is as of `asOf`.
 * - `removing`: its objects are being deleted.
 * - `detached`: its cluster is not registered any more.
 */
export const instancePhase = z.enum([
  'pending',
  'rollingOut',
  'running',
  'stopped',
  'failing',
  'drifted',
  'unreachable',
  'removing',
  'detached',
]);

/** A field of an object in the cluster that is not as it was applied. */
export const driftedField = z.object({
  kind: z.string(),
  name: z.string(),
  /** `spec.replicas`; empty where the object is gone. */
  path: z.string(),
  wanted: z.unknown(),
  /** Absent: it is not there. */
  found: z.unknown().optional(),
});

/** What is of an instance in a place that is not its own: where it moves to, or has been. */
const otherPlace = z.object({
  /** Null: not registered any more. */
  cluster: z.string().nullable(),
  namespace: z.string(),
  phase: instancePhase,
  /** Null while the cluster has not been asked. */
  readyPods: z.number().int().nullable(),
  wantedPods: z.number().int().nullable(),
  error: codedError.nullable(),
});
export type OtherPlace = z.output<typeof otherPlace>;

const instanceView = z.object({
  id: uuid,
  application: uuid,
  /** Of the application's node: `acme.games.shop.cart`. */
  path: z.string(),
  name: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  /** Of its Deployment. */
  objectName: z.string(),
  image: z.string(),
  phase: instancePhase,
  wantedPods: z.number().int(),
  /** Null while the cluster has not been asked. */
  readyPods: z.number().int().nullable(),
  /** Newest version, and the one that the cluster has. */
  version: z.number().int(),
  appliedVersion: z.number().int().nullable(),
  /** Of the application's spec: the one that it has taken over. */
  applicationVersion: z.number().int(),
  isPaused: z.boolean(),
  error: codedError.nullable(),
  /** Until it is ready there it is what this says, here. */
  movingTo: otherPlace.nullable(),
  /** Where it is no more, and its objects are not gone yet. */
  leftBehind: z.array(otherPlace),
  /** When the cluster was last seen as this says. */
  asOf: timestamp.nullable(),
});
export type InstanceView = z.output<typeof instanceView>;

/** An object that is an instance's, in the cluster. */
const inventoryEntry = z.object({
  /** `core` for the group without a name. */
  group: z.string(),
  plural: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
});

const instanceDetail = instanceView.extend({
  spec: instanceSpec,
  /** The project's namespace, by its id. */
  namespaceId: uuid,
  objects: z.array(inventoryEntry),
  drift: z.array(driftedField),
});

/** A Pod of an instance or of a cron job: what a list shows of it, and why it does not run. */
export const podOfUnit = row.extend({
  containers: z.array(z.string()),
  /** TCP ports that its containers name. */
  ports: z.array(z.object({ name: z.string(), port: z.number().int() })),
  /** A code of `podWhy` with its parameters; null: it runs, or nobody can tell. */
  why: codedError.nullable(),
});
export type PodOfUnit = z.output<typeof podOfUnit>;

export const eventOfUnit = z.object({
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  /** `Pod/cart-7d9`. */
  object: z.string(),
  count: z.number().int(),
  lastSeen: timestamp.nullable(),
});

export const instanceParams = applicationParams.extend({ instance: uuid });

/** The path of an instance's endpoints. */
const one = '/applications/{application}/instances/{instance}';

const targetOf = ({ params }: { params: { application: string; instance: string } }) => ({
  resource: 'instance',
  name: params.instance,
});

/** A right of Kubernetes' own in whichever cluster the instances of a node run, without a grant on that cluster. */
export function resourceRightAlongTree(
  node: string,
  plural: string,
  verb: string,
  subresource?: string,
): Requirement {
  const object = `k8s/core/${plural}${subresource === undefined ? '' : `/${subresource}`}`;
  return { domain: { kind: 'tree', node }, object, action: verb };
}

/** What would be written of an instance; nothing is where there are problems. */
export const plannedInstance = z.object({
  problems: z.array(specProblem),
  changes: z.array(renderedChange),
  warnings: z.array(z.string()),
  /** The cluster could not be asked: only what would be written is shown. */
  clusterError: codedError.nullable(),
});

const newInstance = z.strictObject({
  name: dnsLabel.max(40),
  /** Of the project's, by its id. */
  namespaceId: uuid,
  spec: instanceSpec,
  reason: changeReason,
});

export const instanceEndpoints = {
  listInstances: defineEndpoint({
    id: 'instances.list',
    method: 'GET',
    path: '/instances',
    summary:
      'Instances of an application, of a project, or all, as far as the caller may read applications there',
    query: z.strictObject({
      application: uuid.optional(),
      project: uuid.optional(),
      seen: seenIds,
    }),
    response: z.object({ instances: z.array(instanceView) }),
    permission: 'session',
    live: true,
  }),
  planInstance: defineEndpoint({
    id: 'instances.plan',
    method: 'POST',
    path: '/applications/{application}/instances/plan',
    summary:
      'What an instance would be in its cluster, and how that differs from what is there; nothing is written',
    params: applicationParams,
    body: newInstance.omit({ reason: true }).extend({
      /** Absent: a new one. */
      instance: uuid.optional(),
      /** Of the application, which it would take over; absent: its own, and of a new one the newest. */
      applicationVersion: z.number().int().min(0).optional(),
    }),
    response: plannedInstance,
    permission: ({ params }) => [
      nodeRight('POST', '/applications/{application}/instances', params.application),
    ],
    audit: {
      code: 'instance.plan',
      target: ({ body }) => ({ resource: 'instance', name: body.name }),
      onlyFailures: true,
    },
  }),
  createInstance: defineEndpoint({
    id: 'instances.create',
    method: 'POST',
    path: '/applications/{application}/instances',
    summary: 'Create an instance of an application in a namespace of its project',
    params: applicationParams,
    body: newInstance,
    response: instanceDetail,
    status: 201,
    permission: ({ params }) => [
      nodeRight('POST', '/applications/{application}/instances', params.application),
    ],
    audit: { code: 'instance.create', target: ({ body }) => ({ resource: 'instance', name: body.name }) },
  }),
  getInstance: defineEndpoint({
    id: 'instances.get',
    method: 'GET',
    path: one,
    summary: 'An instance: what it should be, and what its cluster has',
    params: instanceParams,
    response: instanceDetail,
    permission: ({ params }) => [nodeRight('GET', '/applications/{application}', params.application)],
    live: true,
  }),
  updateInstance: defineEndpoint({
    id: 'instances.update',
    method: 'PUT',
    path: one,
    summary: 'Change an instance, or let it take over another version of its application',
    params: instanceParams,
    body: z.strictObject({
      spec: instanceSpec,
      /** Of the application; absent: as it is. */
      applicationVersion: z.number().int().min(0).optional(),
      version: z.number().int(),
      reason: changeReason,
    }),
    response: instanceDetail,
    permission: ({ params }) => [nodeRight('PUT', one, params.application)],
    audit: { code: 'instance.update', target: targetOf, params: ({ body }) => ({ reason: body.reason }) },
  }),
  scaleInstance: defineEndpoint({
    id: 'instances.scale',
    method: 'PUT',
    path: `${one}/replicas`,
    summary: 'Set how many Pods an instance has',
    params: instanceParams,
    body: z.strictObject({ replicas: z.number().int().min(0).max(1000), reason: changeReason }),
    response: instanceDetail,
    permission: ({ params }) => [nodeRight('PUT', `${one}/replicas`, params.application)],
    audit: { code: 'instance.scale', target: targetOf, params: ({ body }) => ({ replicas: body.replicas }) },
  }),
  setInstanceImage: defineEndpoint({
    id: 'instances.setImage',
    method: 'PUT',
    path: `${one}/image`,
    summary: 'Set the image of an instance',
    params: instanceParams,
    body: z.strictObject({ image: instanceSpec.shape.image, reason: changeReason }),
    response: instanceDetail,
    permission: ({ params }) => [nodeRight('PUT', `${one}/image`, params.application)],
    audit: { code: 'instance.setImage', target: targetOf, params: ({ body }) => ({ image: body.image }) },
  }),
  restartInstance: defineEndpoint({
    id: 'instances.restart',
    method: 'POST',
    path: `${one}/restart`,
    summary: 'Replace the Pods of an instance one after the other',
    params: instanceParams,
    response: instanceDetail,
    permission: ({ params }) => [nodeRight('POST', `${one}/restart`, params.application)],
    audit: { code: 'instance.restart', target: targetOf },
  }),
  pauseInstance: defineEndpoint({
    id: 'instances.pause',
    method: 'PUT',
    path: `${one}/paused`,
    summary: 'Hold the rollout of an instance, or let it go on',
    params: instanceParams,
    body: z.strictObject({ paused: z.boolean() }),
    response: instanceDetail,
    permission: ({ params }) => [nodeRight('PUT', `${one}/paused`, params.application)],
    audit: { code: 'instance.pause', target: targetOf, params: ({ body }) => ({ paused: body.paused }) },
  }),
  reconcileInstance: defineEndpoint({
    id: 'instances.reconcile',
    method: 'POST',
    path: `${one}/reconcile`,
    summary: 'Write an instance to its cluster again, over what something else has changed',
    params: instanceParams,
    response: instanceDetail,
    permission: ({ params }) => [nodeRight('PUT', one, params.application)],
    audit: { code: 'instance.reconcile', target: targetOf },
  }),
  listInstanceVersions: defineEndpoint({
    id: 'instances.versions',
    method: 'GET',
    path: `${one}/versions`,
    summary: 'Versions of an instance, the newest first',
    params: instanceParams,
    response: z.object({
      versions: z.array(
        specVersion.extend({ applicationVersion: z.number().int(), image: z.string(), spec: instanceSpec }),
      ),
    }),
    permission: ({ params }) => [nodeRight('GET', '/applications/{application}', params.application)],
  }),
  rollBackInstance: defineEndpoint({
    id: 'instances.rollBack',
    method: 'POST',
    path: `${one}/rollback`,
    summary: 'Make an earlier version of an instance its newest, with the application as it was then',
    params: instanceParams,
    body: z.strictObject({ version: z.number().int().min(1), reason: changeReason }),
    response: instanceDetail,
    permission: ({ params }) => [nodeRight('PUT', one, params.application)],
    audit: { code: 'instance.rollBack', target: targetOf, params: ({ body }) => ({ version: body.version }) },
  }),
  deleteInstance: defineEndpoint({
    id: 'instances.delete',
    method: 'DELETE',
    path: one,
    summary: 'Delete an instance and what is its in the cluster',
    params: instanceParams,
    query: z.strictObject({
      /** Forget it although its cluster does not answer or is gone; what is there stays there. */
      abandon: z.stringbool().optional(),
    }),
    response: z.object({ removed: z.boolean() }),
    status: 202,
    permission: ({ params }) => [nodeRight('DELETE', one, params.application)],
    audit: { code: 'instance.delete', target: targetOf },
  }),
  exportInstance: defineEndpoint({
    id: 'instances.export',
    method: 'GET',
    path: `${one}/manifests`,
    summary: 'An instance as plain YAML, as it is applied; Secrets without their values',
    params: instanceParams,
    response: z.object({ yaml: z.string() }),
    permission: ({ params }) => [nodeRight('GET', '/applications/{application}', params.application)],
  }),
  listInstancePods: defineEndpoint({
    id: 'instances.pods',
    method: 'GET',
    path: `${one}/pods`,
    summary: 'Pods of an instance, and why they do not run',
    params: instanceParams,
    response: z.object({ pods: z.array(podOfUnit), asOf: timestamp }),
    permission: ({ params }) => [resourceRightAlongTree(params.application, 'pods', 'list')],
    live: true,
  }),
  listInstanceEvents: defineEndpoint({
    id: 'instances.events',
    method: 'GET',
    path: `${one}/events`,
    summary: 'Events of an instance, its ReplicaSets and Pods, the newest first',
    params: instanceParams,
    response: z.object({ events: z.array(eventOfUnit) }),
    permission: ({ params }) => [resourceRightAlongTree(params.application, 'events', 'list')],
    live: true,
  }),
};
