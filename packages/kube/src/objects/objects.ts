import { parseObject } from '../transport/answer.ts';
import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { fieldManager } from './field-manager.ts';
import type { KubernetesObject, ObjectList } from './kubernetes-object.ts';

/** One object, or a subresource of it. */
export type ObjectRef = PathRef & { name: string };

/** Objects a page of a list has: some at first, then as many as make a page that parses without being noticed. */
const firstPageSize = 100;
const mostPageSize = 500;
const goodPageBytes = 1.5 * 1024 * 1024;
/** A page larger than this is asked for again with fewer objects. */
const mostPageBytes = 8 * 1024 * 1024;
/** More objects than this is no list but an attack, or a bug. */
const mostObjects = 500_000;

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

export interface PatchOptions extends CallOptions {
  /** Default `merge`. With `metadata.resourceVersion` in the patch it only applies to that version (409 otherwise). */
  type?: keyof typeof patchTypes;
}

/** Patches one object and returns it as the cluster left it. */
export function patchObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  patch: unknown,
  { type = 'merge', ...call }: PatchOptions = {},
): Promise<T> {
  return connection.json<T>(
    {
      method: 'PATCH',
      path: apiPath(ref),
      query: { fieldManager },
      body: patch,
      contentType: patchTypes[type],
    },
    call,
  );
}

export interface DeleteOptions extends CallOptions {
  /** 0 deletes at once; absent: the object's own. */
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  /** Preconditions: an object of the same name that is another one is left alone (409). */
  uid?: string;
  resourceVersion?: string;
}

/** Deletes one object. Answers with the object while it is terminating, or with a Status once it is gone. */
export function deleteObject(
  connection: ClusterConnection,
  ref: ObjectRef,
  { gracePeriodSeconds, propagationPolicy, uid, resourceVersion, ...call }: DeleteOptions = {},
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
  return connection.json({ method: 'DELETE', path: apiPath(ref), body }, call);
}

export interface ListOptions extends CallOptions {
  labelSelector?: string;
  fieldSelector?: string;
}

/**
 * Lists objects page by page, all at one resourceVersion; the deadline counts for each page.
 * Rejects with KubeError; status 410 when the list outlived what the cluster remembers.
 */
export async function* listPages<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: PathRef,
  { labelSelector, fieldSelector, ...call }: ListOptions = {},
): AsyncGenerator<{ items: T[]; resourceVersion: string }> {
  const path = apiPath(ref);
  let token: string | undefined;
  let count = 0;
  let limit = firstPageSize;
  for (;;) {
    const query = { limit, continue: token, labelSelector, fieldSelector };
    const answer = await connection
      .request({ path, query }, { maxBytes: mostPageBytes, ...call })
      .catch((error: KubeError) => {
        if (error.reason !== 'tooLarge' || limit === 1) throw error;
      });
    if (!answer) {
      limit = Math.ceil(limit / 5);
      continue;
    }
    const page = parseObject<ObjectList<T>>(answer.body, answer.headers['content-type']);
    const { resourceVersion, continue: next = '' } = page.metadata ?? {};
    const items = page.items ?? [];
    if (typeof resourceVersion !== 'string' || !Array.isArray(items)) {
      throw new KubeError('protocol', 'The list has no items or no resourceVersion');
    }
    count += items.length;
    const endless = count > mostObjects || (next !== '' && (next === token || items.length === 0));
    if (endless) throw new KubeError('protocol', 'The list does not come to an end');
    yield { items, resourceVersion };
    if (next === '') return;
    token = next;
    const fitting = Math.floor((goodPageBytes * items.length) / answer.body.length);
    limit = Math.min(mostPageSize, Math.max(1, fitting));
  }
}

/** Lists all objects there are; for lists that are known to be short, the others want a store. */
export async function listObjects<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: PathRef,
  options: ListOptions = {},
): Promise<{ items: T[]; resourceVersion: string }> {
  const all: T[] = [];
  let version = '';
  for await (const { items, resourceVersion } of listPages<T>(connection, ref, options)) {
    all.push(...items);
    version = resourceVersion;
  }
  return { items: all, resourceVersion: version };
}
