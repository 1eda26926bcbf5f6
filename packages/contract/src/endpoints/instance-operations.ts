import { z } from 'zod';
import { instanceSpec } from '../application/spec.ts';
import { uuid } from '../common.ts';
import { defineEndpoint, type Method, type Requirement } from '../endpoint.ts';
import { applicationParams, changeReason } from './applications.ts';
import { instanceParams, plannedInstance } from './instances.ts';
import { nodeRight } from './projects.ts';

/** So long an instance may take until it is as it should be; then its item has failed. */
const deadlineSeconds = z.number().int().min(10).max(86_400).default(600);
const chosenInstances = z
  .array(uuid)
  .min(1)
  .max(1000)
  .refine((ids) => new Set(ids).size === ids.length, 'twice');

/** What is done to many instances: as to one of them. */
export const batchChange = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('restart') }),
  z.strictObject({
    action: z.literal('setImage'),
    image: instanceSpec.shape.image,
    reason: changeReason,
  }),
  z.strictObject({
    action: z.literal('scale'),
    replicas: z.number().int().min(0).max(1000),
    reason: changeReason,
  }),
  z.strictObject({
    action: z.literal('delete'),
    /** Those whose cluster is not registered any more are forgotten; what is there stays there. */
    abandon: z.boolean().default(false),
  }),
]);
export type BatchChange = z.output<typeof batchChange>;

const one = '/applications/{application}/instances/{instance}';
const oneOf: Record<BatchChange['action'], [Method, string]> = {
  restart: ['POST', `${one}/restart`],
  setImage: ['PUT', `${one}/image`],
  scale: ['PUT', `${one}/replicas`],
  delete: ['DELETE', one],
};

/** The right that a change takes of one instance, and of many. */
export function batchRight(action: BatchChange['action'], application: string): Requirement {
  const [method, path] = oneOf[action];
  return nodeRight(method, path, application);
}

/** Moving an instance changes where it is: the right to change it. */
export const moveRight = (application: string) => nodeRight('PUT', one, application);

const instanceTarget = ({ params }: { params: { instance: string } }) => ({
  resource: 'instance',
  name: params.instance,
});

export const instanceOperationEndpoints = {
  batchInstances: defineEndpoint({
    id: 'instances.batch',
    method: 'POST',
    path: '/applications/{application}/instances/batch',
    summary: 'Restart, scale, delete instances or set their image, as an operation with a result for each',
    params: applicationParams,
    body: z.strictObject({
      instances: chosenInstances,
      change: batchChange,
      /** An instance is done once its Pods are replaced and ready; otherwise once its cluster has it. */
      rolledOut: z.boolean().default(false),
      deadlineSeconds,
    }),
    response: z.object({ operation: uuid }),
    status: 202,
    permission: ({ params, body }) => [batchRight(body.change.action, params.application)],
    audit: {
      code: 'instance.batch',
      target: ({ params }) => ({ resource: 'application', name: params.application }),
      params: ({ body }) => ({ action: body.change.action, instances: body.instances.length }),
    },
  }),
  rollOutApplication: defineEndpoint({
    id: 'applications.rollOut',
    method: 'POST',
    path: '/applications/{application}/rollouts',
    summary:
      'Have instances take over a version of their application one after the other; stops at the first that does not become ready',
    params: applicationParams,
    body: z.strictObject({
      version: z.number().int().min(1),
      /** In this order. */
      instances: chosenInstances,
      /** So many of them at once. */
      atOnce: z.number().int().min(1).max(100).default(1),
      deadlineSeconds,
      reason: changeReason,
    }),
    response: z.object({ operation: uuid }),
    status: 202,
    permission: ({ params }) => [nodeRight('PUT', '/applications/{application}', params.application)],
    audit: {
      code: 'application.rollOut',
      target: ({ params }) => ({ resource: 'application', name: params.application }),
      params: ({ body }) => ({ version: body.version, instances: body.instances.length }),
    },
  }),
  planInstanceMove: defineEndpoint({
    id: 'instances.planMove',
    method: 'POST',
    path: `${one}/move/plan`,
    summary: 'What moving an instance to another namespace would make there, and take away here',
    params: instanceParams,
    body: z.strictObject({ namespaceId: uuid }),
    response: plannedInstance.extend({
      /** Deleted here once it is ready there. */
      goes: z.array(z.object({ kind: z.string(), name: z.string() })),
      /** What its Pods name and the platform does not make; it does not move. `isThere` is null where nobody could tell. */
      needs: z.array(z.object({ kind: z.string(), name: z.string(), isThere: z.boolean().nullable() })),
      /** Of its Ingresses. */
      hosts: z.array(z.string()),
      /** Services, whose addresses change. */
      services: z.array(z.string()),
    }),
    permission: ({ params }) => [moveRight(params.application)],
    audit: { code: 'instance.plan', target: instanceTarget, onlyFailures: true },
  }),
  moveInstance: defineEndpoint({
    id: 'instances.move',
    method: 'POST',
    path: `${one}/move`,
    summary:
      'Move an instance to another namespace of its project, in whichever cluster: the old one goes once the new one is ready',
    params: instanceParams,
    body: z.strictObject({ namespaceId: uuid, deadlineSeconds, reason: changeReason }),
    response: z.object({ operation: uuid }),
    status: 202,
    permission: ({ params }) => [moveRight(params.application)],
    audit: { code: 'instance.startMove', target: instanceTarget },
  }),
};
