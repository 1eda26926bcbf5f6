import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../store/backoff.ts';
import { defaultTiming, reflect, type ReflectorTarget } from '../store/reflector.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import type { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import type { PodForLog } from './container-state.ts';
import { readPod } from './container-log.ts';

/** Which pods of a namespace. */
export type PodSelector = { labelSelector: string } | { pods: readonly string[] };

const replacedMs = 500;

export interface SelectionListener {
  /** A pod is selected (again: it has changed). */
  selected(pod: PodForLog): void;
  /** It is gone, or does not match any more. */
  deselected(uid: string): void;
  /** Everything that is selected by now has been told. */
  complete(): void;
  /** The selection cannot be read at the moment; it is tried again. */
  failed(error: KubeError): void;
}

/**
 * Tells of the pods of a selection until `signal` aborts: by label selector as they come and go, by names those that
 * are there at the beginning. `connect` gives the connection as it is now: a replaced credential gives another one.
 * Rejects with what `connect` throws only.
 */
export async function watchSelection(
  connect: () => ClusterConnection,
  namespace: string,
  selector: PodSelector,
  listener: SelectionListener,
  signal: AbortSignal,
): Promise<void> {
  if ('pods' in selector) return readNamed(connect, namespace, selector.pods, listener, signal);
  const pods = { group: '', version: 'v1', plural: 'pods', namespace };
  const { labelSelector } = selector;
  const target = selectionTarget(listener);
  while (!signal.aborted) {
    const connection = connect();
    const life = AbortSignal.any([signal, connection.closed]);
    await reflect(connection, pods, target, {
      signal: life,
      timing: defaultTiming,
      labelSelector,
      kind: 'Pod',
      withoutManagedFields: true,
    });
    // what comes in the place of a closed connection is not there in the same moment
    await sleep(replacedMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Makes a listener of what a reflector says: a pod that no list has is deselected, and so is a deleted one. */
function selectionTarget(listener: SelectionListener): ReflectorTarget {
  const known = new Set<string>();
  let listed = new Set<string>();
  const select = (pod: PodForLog) => {
    if (typeof pod.metadata?.uid !== 'string') return;
    known.add(pod.metadata.uid);
    listener.selected(pod);
  };
  const deselect = (uid: string) => {
    if (known.delete(uid)) listener.deselected(uid);
  };
  return {
    listBegins: () => {
      listed = new Set();
    },
    listed: (object) => {
      const pod = object as unknown as PodForLog;
      listed.add(pod.metadata?.uid);
      select(pod);
    },
    listComplete: () => {
      for (const uid of known) if (!listed.has(uid)) deselect(uid);
      listener.complete();
    },
    changed: (events) => {
      for (const { type, object } of events) {
        const pod = object as unknown as PodForLog;
        if (type === 'DELETED') deselect(pod.metadata.uid);
        else if (type !== 'BOOKMARK') select(pod);
      }
    },
    live: () => undefined,
    // there is no log of what is no pod
    malformed: () => undefined,
    discarded: () => known.forEach(deselect),
    failed: (error) => listener.failed(error),
  };
}

async function readNamed(
  connect: () => ClusterConnection,
  namespace: string,
  names: readonly string[],
  listener: SelectionListener,
  signal: AbortSignal,
): Promise<void> {
  const call = { signal, priority: 'background' } as const;
  const read = async (pod: string) => {
    const backoff = new Backoff(defaultTiming);
    while (!signal.aborted) {
      const connection = connect();
      try {
        return listener.selected(await readPod(connection, { namespace, pod }, call));
      } catch (caught) {
        const error = networkError(caught);
        if (error.is(404) || signal.aborted) return;
        listener.failed(error);
        await backoff.wait(signal, error.retryAfterSeconds).catch(() => undefined);
      }
    }
  };
  await Promise.all(names.map(read));
  listener.complete();
}
