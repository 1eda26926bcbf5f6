import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { write, type WriteOptions } from './write-options.ts';

/** Objects of one kind, in a namespace or not. */
export type CollectionRef = Omit<PathRef, 'name' | 'subresource'>;
/** One object, or a subresource of it. */
export type ObjectRef = PathRef & { name: string };

/**
 * Reads one object, whole; integers beyond 2^53 are `ExactInteger`. Rejects with KubeError (`api` with status 404 where
 * there is none).
 */
export async function getObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  call: CallOptions = {},
): Promise<T> {
  return (await connection.object<T>({ path: apiPath(ref) }, call, 'exact')).object;
}

/**
 * Creates an object and returns it as the cluster made it; with `metadata.generateName` the cluster names it. Rejects
 * with KubeError `api`, 409 and reason `AlreadyExists`, where the name is taken.
 */
export function createObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: CollectionRef,
  object: unknown,
  options: WriteOptions = {},
): Promise<T> {
  return write<T>(connection, ref, { method: 'POST', body: object }, options);
}

/**
 * Replaces an object. With `metadata.resourceVersion` in it only that version is replaced (409 otherwise); without, the
 * one that is there whatever it is.
 */
export function replaceObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  object: unknown,
  options: WriteOptions = {},
): Promise<T> {
  return write<T>(connection, ref, { method: 'PUT', body: object }, options);
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** How a patch is meant. */
export interface PatchOptions extends WriteOptions {
  /** Default `merge`. With `metadata.resourceVersion` in the patch it only applies to that version (409 otherwise). */
  type?: keyof typeof patchTypes;
}

/** Patches one object and returns it as the cluster left it. */
export function patchObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  patch: unknown,
  { type = 'merge', ...options }: PatchOptions = {},
): Promise<T> {
  const contentType = patchTypes[type];
  return write<T>(connection, ref, { method: 'PATCH', body: patch, contentType }, options);
}

/** How an object is deleted, and only if. */
export interface DeleteOptions extends CallOptions {
  /** 0 deletes at once; absent: the object's own. */
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  /** Preconditions: an object of the same name that is another one is left alone (409). */
  uid?: string;
  resourceVersion?: string;
  /** The cluster does all but delete it. */
  dryRun?: boolean;
}

/** Deletes one object. Answers with the object while it is terminating, or with a Status once it is gone. */
export function deleteObject(
  connection: ClusterConnection,
  ref: ObjectRef,
  {
    gracePeriodSeconds,
    propagationPolicy,
    uid,
    resourceVersion,
    dryRun = false,
    ...call
  }: DeleteOptions = {},
): Promise<KubernetesObject | { kind: 'Status' }> {
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    // the query is not read where there is a body
    ...(dryRun ? { dryRun: ['All'] } : {}),
    ...(uid === undefined && resourceVersion === undefined
      ? {}
      : { preconditions: { uid, resourceVersion } }),
    // beside a body the query's is ignored, and the object is gone
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
  return connection.json({ method: 'DELETE', path: apiPath(ref), body }, call);
}
