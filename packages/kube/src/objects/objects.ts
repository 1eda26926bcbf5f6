import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { fieldManager } from './field-manager.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** One object, or a subresource of it. */
export type ObjectRef = PathRef & { name: string };

/** Reads one object, whole. Rejects with KubeError (`api` with status 404 where there is none). */
export function getObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  call: CallOptions = {},
): Promise<T> {
  return connection.json<T>({ path: apiPath(ref) }, call);
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** How a patch is meant. */
export interface PatchOptions extends CallOptions {
  /** Default `merge`. With `metadata.resourceVersion` in the patch it only applies to that version (409 otherwise). */
  type?: keyof typeof patchTypes;
  /** The cluster does all but keep it. */
  dryRun?: boolean;
}

/** Patches one object and returns it as the cluster left it. */
export function patchObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  patch: unknown,
  { type = 'merge', dryRun = false, ...call }: PatchOptions = {},
): Promise<T> {
  return connection.json<T>(
    {
      method: 'PATCH',
      path: apiPath(ref),
      query: { fieldManager, dryRun: dryRun ? 'All' : undefined },
      body: patch,
      contentType: patchTypes[type],
    },
    call,
  );
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
    ...(uid === undefined && resourceVersion === undefined
      ? {}
      : { preconditions: { uid, resourceVersion } }),
  };
  const query = { dryRun: dryRun ? 'All' : undefined };
  return connection.json({ method: 'DELETE', path: apiPath(ref), query, body }, call);
}
