import { setTimeout as sleep } from 'node:timers/promises';
import { openWatch } from '../store/watch-events.ts';
import { defaultTiming } from '../store/reflector.ts';
import { startDeadline } from '../transport/deadline.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import type { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { getObject, type ObjectRef } from './objects.ts';

/** How long a condition is waited for. */
export interface WaitOptions {
  /** Milliseconds until it is given up with KubeError `timeout`. */
  deadlineMs: number;
  signal?: AbortSignal;
}

/** Between attempts after a failed one. */
const retryMs = 500;

/**
 * Waits until `holds` says so of an object, and returns the object; null stands for "there is none", and so is waited
 * for as well. Reads once, then watches; survives watches that end or fail. Rejects with KubeError `timeout` at the
 * deadline, with the signal's, and at once where the cluster refuses (400, 401, 403).
 */
export async function waitFor<T extends KubernetesObject = KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  holds: (object: T | null) => boolean,
  { deadlineMs, signal }: WaitOptions,
): Promise<T | null> {
  const deadline = startDeadline(deadlineMs, [signal, connection.closed]);
  try {
    for (;;) {
      deadline.signal.throwIfAborted();
      try {
        const found = await watchOnce(connection, ref, holds, deadline.signal);
        if (found !== undefined) return found;
      } catch (caught) {
        const error = networkError(caught);
        if ([400, 401, 403].some((status) => error.is(status)) || error.reason === 'invalidName') throw error;
      }
      await sleep(retryMs, undefined, { signal: deadline.signal }).catch(() => undefined);
    }
  } finally {
    deadline.end();
  }
}

/** Reads the object and watches it until `holds` or the watch ends (undefined). */
async function watchOnce<T extends KubernetesObject>(
  connection: ClusterConnection,
  ref: ObjectRef,
  holds: (object: T | null) => boolean,
  signal: AbortSignal,
): Promise<T | null | undefined> {
  const { name, ...collection } = ref;
  const found = await getObject<T>(connection, ref, { signal }).catch((error: KubeError) => {
    if (error.is(404)) return null;
    throw error;
  });
  if (holds(found)) return found;
  // of nothing there is no version to watch from: it is asked for again
  if (!found) return undefined;
  const { resourceVersion } = found.metadata;
  const fieldSelector = `metadata.name=${name}`;
  const events = await openWatch(connection, collection, resourceVersion, {
    timing: defaultTiming,
    signal,
    fieldSelector,
  });
  for await (const batch of events) {
    for (const { type, object } of batch) {
      if (type === 'BOOKMARK') continue;
      const now = type === 'DELETED' ? null : (object as T);
      if (holds(now)) return now;
    }
  }
  return undefined;
}
