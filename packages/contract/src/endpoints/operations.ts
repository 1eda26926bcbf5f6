import { z } from 'zod';
import { keptDrainPlan } from '../actions/drain.ts';
import { listQuery, pageOf, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';

export const operationState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export const itemState = z.enum(['queued', 'running', 'succeeded', 'failed', 'skipped', 'cancelled']);

const coded = z.object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) });
/** `done` is what has ended, failed or skipped also; what was cancelled is not done. */
const counts = z.object({ total: z.number().int(), done: z.number().int(), failed: z.number().int() });

export const operationItem = z.object({
  id: uuid,
  /** What it is about, as shown: a node's name, `namespace/pod`, a step of a build. */
  target: z.string(),
  /** Where it is; translated by the SPA as `operationStep.<code>`. */
  step: coded.nullable(),
  state: itemState,
  /** How it ended; translated as `errors.<code>` or `operationResult.<code>`. */
  result: coded.nullable(),
  /** Of its parts, where it has some: a node's pods. */
  children: counts.nullable(),
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
});

export const operation = z.object({
  id: uuid,
  /** `resource.cordon`, `demo.start`; translated as `operation.<kind>`. */
  kind: z.string(),
  cluster: z.string().nullable(),
  actor: z.string(),
  state: operationState,
  cancelRequested: z.boolean(),
  /** Of its items; of one with parts the parts count. */
  counts,
  createdAt: timestamp,
  endedAt: timestamp.nullable(),
});

/** What an action’s operation was asked for. */
export const operationRequest = z.object({
  action: z.string(),
  group: z.string(),
  plural: z.string(),
  targets: z.array(z.object({ name: z.string(), namespace: z.string().optional() })),
  parameters: z.record(z.string(), z.unknown()),
  /** What was foreseen when it began; null where that is not known. */
  plan: keptDrainPlan.nullable(),
});

const operationParams = z.strictObject({ operation: uuid });

/** Own operations need no right beyond being signed in; `scope=all` needs the right on the platform. */
export const operationEndpoints = {
  listOperations: defineEndpoint({
    id: 'operations.list',
    method: 'GET',
    path: '/operations',
    summary: 'Operations: everybody’s, or the own ones and, for who may see everybody’s, the platform’s',
    query: listQuery.extend({
      scope: z.enum(['own', 'all']).default('own'),
      state: operationState.optional(),
    }),
    response: pageOf(operation),
    permission: ({ query }) => (query.scope === 'own' ? [] : [platformRight('GET', '/operations')]),
    live: true,
  }),
  getOperation: defineEndpoint({
    id: 'operations.get',
    method: 'GET',
    path: '/operations/{operation}',
    summary: 'One operation; others’ are not found without the right on the platform',
    params: operationParams,
    response: operation.extend({
      /** It has ended, something of it failed, its inputs are there, and nobody did. */
      retryable: z.boolean(),
      /** Something of it failed, and it can never be run again: what it was given may have held secrets. */
      inputErased: z.boolean(),
      /** The operation whose failed items this one runs again. */
      retryOf: uuid.nullable(),
      retriedBy: uuid.nullable(),
      /** What it was asked for can be read, and asked for again. */
      repeatable: z.boolean(),
      /** What was chosen for it, as the audit log tells it; empty where nothing was, or it may have been secret. */
      options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
    permission: 'session',
    live: true,
  }),
  getOperationRequest: defineEndpoint({
    id: 'operations.request',
    method: 'GET',
    path: '/operations/{operation}/request',
    summary: 'What a drain was asked for, and its plan as it was; not found of what cannot be repeated',
    params: operationParams,
    response: operationRequest,
    permission: 'session',
  }),
  listOperationItems: defineEndpoint({
    id: 'operations.items',
    method: 'GET',
    path: '/operations/{operation}/items',
    summary:
      'An operation’s items in the order they were added, or the parts of one of them; `q` is in the target',
    params: operationParams,
    query: listQuery.omit({ sort: true }).extend({
      parent: uuid.optional(),
      state: itemState.optional(),
    }),
    response: pageOf(operationItem),
    permission: 'session',
    live: true,
  }),
  cancelOperation: defineEndpoint({
    id: 'operations.cancel',
    method: 'POST',
    path: '/operations/{operation}/cancel',
    summary: 'Ask an operation to stop before its next step',
    params: operationParams,
    response: operation,
    permission: 'session',
    audit: {
      code: 'operation.cancel',
      target: ({ params }) => ({ resource: 'operation', name: params.operation }),
    },
  }),
  retryOperation: defineEndpoint({
    id: 'operations.retry',
    method: 'POST',
    path: '/operations/{operation}/retry',
    summary: 'Run what failed again, once it has ended, and once only; as a new operation',
    params: operationParams,
    response: operation,
    status: 202,
    permission: 'session',
    audit: {
      code: 'operation.retry',
      target: ({ params }) => ({ resource: 'operation', name: params.operation }),
    },
  }),
};
