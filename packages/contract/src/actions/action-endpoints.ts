import { z } from 'zod';
import { dnsLabel, objectName, uuid } from '../common.ts';
import { defineEndpoint, type Endpoint, type Requirement } from '../endpoint.ts';
import {
  collectionParams,
  kubernetesObject,
  objectParams,
  objectRight,
  resourceRight,
  targetOf,
} from '../endpoints/resources.ts';
import type { Action } from './action.ts';
import { actions, type ActionId, type QuickActionId } from './index.ts';

export const actionTarget = z.strictObject({
  namespace: dnsLabel.optional(),
  name: objectName,
  /** When given, an object of the same name with another uid is left alone. */
  uid: z.string().max(64).optional(),
  /** What a plan said it had seen of the object; where that is otherwise by then, the object is left alone. */
  seen: z.string().max(64).optional(),
});
export type ActionTarget = z.output<typeof actionTarget>;

/** What an action on one object came to. */
export const actionAnswer = z.object({
  /** The object as the cluster left it (or would, in a dry run); null once it is gone. */
  object: kubernetesObject.nullable(),
  /** It was so already: nothing was sent. */
  alreadySo: z.boolean(),
  /** The cluster's own warnings. */
  warnings: z.array(z.string()),
});

interface ObjectPath {
  cluster: string;
  group: string;
  plural: string;
  /** `_` where the kind is cluster-scoped. */
  namespace: string;
  name: string;
}

/** Every right an action needs on one object. */
export function actionRights(action: Action, object: ObjectPath, parameters: unknown): Requirement[] {
  return action.rights(parameters as never).map(({ verb, subresource, group, plural, clusterWide }) => {
    if (group === undefined && plural === undefined && clusterWide !== true)
      return objectRight(object, verb, subresource);
    const namespace = clusterWide === true ? '_' : object.namespace;
    const ref = { cluster: object.cluster, group: group ?? object.group, plural: plural ?? object.plural };
    return resourceRight({ ...ref, namespace }, verb, subresource);
  });
}

function rightsOfMany(
  action: Action,
  params: { cluster: string; group: string; plural: string },
  { targets, parameters }: { targets: ActionTarget[]; parameters: unknown },
): Requirement[] {
  const rights = targets.flatMap(({ namespace = '_', name }) =>
    actionRights(action, { ...params, namespace, name }, parameters),
  );
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}

/** Parameters that may all be left out may be left out altogether. */
function withDefault(schema: z.ZodType): z.ZodType {
  return schema.safeParse({}).success ? schema.prefault({}) : schema;
}

interface ManyBody {
  targets: ActionTarget[];
  parameters: unknown;
}
const manyBody = (parameters: z.ZodType) =>
  z.strictObject({ targets: z.array(actionTarget).min(1).max(5000), parameters }) as unknown as z.ZodType<
    ManyBody,
    { targets: z.input<typeof actionTarget>[]; parameters?: unknown }
  >;
const oneBody = (parameters: z.ZodType) => {
  const body = z.strictObject({ ...actionTarget.pick({ uid: true, seen: true }).shape, parameters });
  return withDefault(body) as unknown as z.ZodType<
    { uid?: string; seen?: string; parameters: unknown },
    { uid?: string | undefined; seen?: string | undefined; parameters?: unknown } | undefined
  >;
};

const oneQuery = z.strictObject({ dryRun: z.stringbool().default(false) });

function oneEndpoint(action: Action, parameters: z.ZodType) {
  return defineEndpoint({
    id: `actions.${action.id}`,
    method: 'POST',
    path: `/clusters/{cluster}/k8s/{group}/{plural}/{namespace}/{name}/actions/${action.id}`,
    summary: `${action.id}: one object`,
    params: objectParams,
    query: oneQuery,
    body: oneBody(parameters),
    response: actionAnswer,
    permission: ({ params, body }) => actionRights(action, params, body.parameters),
    audit: {
      code: 'resource.action',
      target: ({ params }) => targetOf(params),
      params: ({ query, body }) => ({
        action: action.id,
        ...action.audited(body.parameters as never),
        ...(query.dryRun && { dryRun: true }),
      }),
    },
  });
}

function manyEndpoint(action: Action, parameters: z.ZodType) {
  return defineEndpoint({
    id: `actions.${action.id}.many`,
    method: 'POST',
    path: `/clusters/{cluster}/k8s/{group}/{plural}/actions/${action.id}`,
    summary: `${action.id}: many objects, as an operation; rights are checked again for each`,
    params: collectionParams,
    body: manyBody(parameters),
    response: z.object({ operation: uuid }),
    status: 202,
    permission: ({ params, body }) => rightsOfMany(action, params, body),
    audit: {
      code: 'resource.actionMany',
      target: ({ params }) => ({ cluster: params.cluster, resource: `k8s/${params.group}/${params.plural}` }),
      params: ({ body }) => ({
        action: action.id,
        objects: body.targets.length,
        ...action.audited(body.parameters as never),
      }),
    },
  });
}

function planEndpoint(action: Action, parameters: z.ZodType, plan: z.ZodType) {
  return defineEndpoint({
    id: `actions.${action.id}.plan`,
    method: 'POST',
    path: `/clusters/{cluster}/k8s/{group}/{plural}/plans/${action.id}`,
    summary: `${action.id}: what would happen`,
    params: collectionParams,
    body: manyBody(parameters),
    response: plan,
    permission: ({ params, body }) => rightsOfMany(action, params, body),
    audit: {
      code: 'resource.plan',
      target: ({ params }) => ({ cluster: params.cluster, resource: `k8s/${params.group}/${params.plural}` }),
      params: ({ body }) => ({ action: action.id, objects: body.targets.length }),
      onlyFailures: true,
    },
  });
}

/** The endpoints of one action: `one` unless it is long, `many` and `plan` where it has them. */
export interface EndpointsOfAction {
  one: ReturnType<typeof oneEndpoint> | null;
  many: ReturnType<typeof manyEndpoint> | null;
  plan: ReturnType<typeof planEndpoint> | null;
}

function endpointsOf(action: Action): EndpointsOfAction {
  const parameters = withDefault(action.parameters);
  return {
    one: action.isLong ? null : oneEndpoint(action, parameters),
    many: action.batch ? manyEndpoint(action, parameters) : null,
    plan: action.plan === undefined ? null : planEndpoint(action, parameters, action.plan),
  };
}

/** The endpoints of each action, by its id. */
export const endpointsOfActions = Object.fromEntries(
  Object.entries(actions).map(([id, action]) => [id, endpointsOf(action as unknown as Action)]),
) as { [Id in ActionId]: EndpointsOfAction } & {
  [Id in QuickActionId]: { one: ReturnType<typeof oneEndpoint> };
};

/** All of them, for whoever walks the endpoints. */
export const actionEndpoints: readonly Endpoint[] = Object.values(endpointsOfActions)
  .flatMap(({ one, many, plan }) => [one, many, plan])
  .filter((endpoint) => endpoint !== null) as unknown as Endpoint[];
