import { z } from 'zod';
import { dnsLabel } from '../common.ts';
import { defineEndpoint } from '../endpoint.ts';
import {
  collectionParams,
  kubernetesObject,
  objectParams,
  objectRight,
  resourceRight,
  targetOf,
} from './resources.ts';

/**
 * - `dryRun`: the cluster does all but keep it; needs the rights of the write. Refused (`dryRunUnavailable`) where the
 *   cluster does not declare it for the call: an aggregated API may ignore the parameter and write.
 * - `fieldValidation`: what the cluster does with fields it does not know: refuses the object, or warns and drops them.
 */
const writeQuery = z.strictObject({
  dryRun: z.stringbool().default(false),
  fieldValidation: z.enum(['Strict', 'Warn']).default('Strict'),
});

/** An object to be written. What else it must hold depends on the call. */
export const writtenObject = z.looseObject({
  apiVersion: z.string().max(320),
  kind: z.string().max(63),
  metadata: z.looseObject({
    name: z.string().max(253).optional(),
    generateName: z.string().max(253).optional(),
    namespace: z.string().max(63).optional(),
    resourceVersion: z.string().max(64).optional(),
    uid: z.string().max(64).optional(),
  }),
});

/** The object as the cluster left it (admission may have changed it), and what the cluster warns of, in its words. */
const writeAnswer = z.object({ object: kubernetesObject, warnings: z.array(z.string()) });

const precondition = {
  /** The version the patch was made for; any other is `changedMeanwhile`. */
  resourceVersion: z.string().min(1).max(64),
  /** An object of the same name with another uid is left alone. */
  uid: z.string().max(64).optional(),
};

/**
 * - `merge`, `json`, `strategic`: the patch as Kubernetes has it, on the version it was made for.
 * - `apply`: server-side apply of a declared document; fields that others own are `applyConflict`, unless `force` takes
 *   them over. Creates what is not there.
 */
export const objectPatch = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('merge'), patch: z.record(z.string(), z.unknown()), ...precondition }),
  z.strictObject({ type: z.literal('strategic'), patch: z.record(z.string(), z.unknown()), ...precondition }),
  z.strictObject({
    type: z.literal('json'),
    patch: z
      .array(
        z.strictObject({
          op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
          path: z.string().max(2000),
          from: z.string().max(2000).optional(),
          value: z.unknown().optional(),
        }),
      )
      .min(1)
      .max(10_000),
    ...precondition,
  }),
  z.strictObject({ type: z.literal('apply'), object: writtenObject, force: z.boolean().default(false) }),
]);

const objectPath = '/clusters/{cluster}/k8s/{group}/{plural}/{namespace}/{name}';

/** The write door: objects of every kind, one at a time. The caller's rights are asked, not the stored credential's. */
export const writeEndpoints = {
  createResource: defineEndpoint({
    id: 'resources.create',
    method: 'POST',
    path: '/clusters/{cluster}/k8s/{group}/{plural}/{namespace}',
    summary: 'Create an object; `namespace` is `_` where the kind is cluster-scoped',
    params: collectionParams.extend({ namespace: z.union([z.literal('_'), dnsLabel]) }),
    query: writeQuery,
    body: z.strictObject({ object: writtenObject }),
    response: writeAnswer,
    status: 201,
    permission: ({ params }) => [resourceRight(params, 'create')],
    audit: {
      code: 'resource.create',
      target: ({ params, body: { object } }) => {
        const { name, generateName } = object.metadata;
        return targetOf({ ...params, name: name ?? `${generateName ?? ''}*` });
      },
      params: ({ query }) => ({ ...(query.dryRun && { dryRun: true }) }),
    },
  }),
  replaceResource: defineEndpoint({
    id: 'resources.replace',
    method: 'PUT',
    path: objectPath,
    summary: 'Replace an object by another version of itself; metadata.resourceVersion says which was read',
    params: objectParams,
    query: writeQuery,
    body: z.strictObject({ object: writtenObject }),
    response: writeAnswer,
    permission: ({ params }) => [objectRight(params, 'update')],
    audit: {
      code: 'resource.replace',
      target: ({ params }) => targetOf(params),
      params: ({ query }) => ({ ...(query.dryRun && { dryRun: true }) }),
    },
  }),
  patchResource: defineEndpoint({
    id: 'resources.patch',
    method: 'PATCH',
    path: objectPath,
    summary: 'Patch an object on the version that was read, or apply a document server-side',
    params: objectParams,
    query: writeQuery,
    body: objectPatch,
    response: writeAnswer,
    permission: ({ params, body }) => [
      objectRight(params, 'patch'),
      // what is not there is created, a namespace as well: that is a right on the cluster
      ...(body.type === 'apply' ? [resourceRight(params, 'create')] : []),
    ],
    audit: {
      code: 'resource.patch',
      target: ({ params }) => targetOf(params),
      params: ({ query, body }) => ({
        type: body.type,
        ...(body.type === 'apply' && body.force && { force: true }),
        ...(query.dryRun && { dryRun: true }),
      }),
    },
  }),
};
