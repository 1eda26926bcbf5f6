import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { Selection } from '../objects/selection.ts';
import { endless } from '../objects/endless.ts';
import { eachObject } from '../objects/list-objects.ts';
import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import type { Priority } from '../transport/turns.ts';
import {
  isInitialEnd,
  openWatch,
  positionOf,
  WatchSilence,
  type WatchEvent,
  type WatchTiming,
} from './watch-events.ts';

/** What takes in a whole collection. */
export interface ListTarget {
  /** A list begins; one that was under way counts for nothing. */
  listBegins(): void;
  /** An object of the list. Whatever it does not have is gone once it is complete. */
  listed(object: KubernetesObject): void;
  listComplete(): void;
  /** Something in the place of an object that is none: its name, or what else there is to tell it by. */
  malformed(what: string): void;
  /** Events of the collection, none where it was only heard of: what is held is true as of now. */
  changed(events: WatchEvent[]): void;
}

/** Where a watch goes on; `events` where one is open already. */
export interface InitialState {
  position: string;
  events: AsyncGenerator<WatchEvent[], void, undefined> | undefined;
}

interface InitialCall extends Selection {
  signal: AbortSignal;
  timing: WatchTiming & { listMs: number };
  priority: Priority;
}

/** Collections whose server knows no watch that begins with everything there is. */
const withoutWatchList = new WeakMap<ClusterConnection, Set<string>>();

/**
 * Reads everything there is: by a watch that begins with it (KEP-3157 WatchList: one stream, no gap to the watch that
 * follows), or by pages where the server does not know that. Rejects with KubeError.
 */
export async function readInitialState(
  connection: ClusterConnection,
  ref: PathRef,
  target: ListTarget,
  call: InitialCall,
): Promise<InitialState> {
  const path = apiPath(ref);
  const without = withoutWatchList.get(connection) ?? new Set();
  withoutWatchList.set(connection, without);
  if (!without.has(path)) {
    try {
      return await readWatchList(connection, ref, target, call);
    } catch (caught) {
      const error = networkError(caught);
      const isUnknown =
        error.reason === 'protocol' ||
        error instanceof WatchSilence ||
        [400, 404, 405, 422].some((status) => error.is(status));
      // who may not watch may still list, and is told what the list says
      if (!isUnknown && !error.is(403)) throw error;
      // it may be the selector that is wrong
      if (isUnknown && call.labelSelector === undefined && call.fieldSelector === undefined)
        without.add(path);
    }
  }
  target.listBegins();
  const { timing, ...reading } = call;
  const listed = (object: KubernetesObject) => target.listed(object);
  const position = await eachObject(connection, ref, listed, {
    ...reading,
    listMs: timing.listMs,
    malformed: (item) => target.malformed(item),
  });
  target.listComplete();
  return { position, events: undefined };
}

async function readWatchList(
  connection: ClusterConnection,
  ref: PathRef,
  target: ListTarget,
  call: InitialCall,
): Promise<InitialState> {
  const watch = await openWatch(connection, ref, undefined, {
    ...call,
    malformed: (what) => target.malformed(what),
  });
  target.listBegins();
  const startedAt = performance.now();
  let count = 0;
  for (;;) {
    const { value: batch, done } = await watch.next();
    if (done) throw new KubeError('protocol', 'The watch did not say when it had sent everything there is');
    const end = batch.findIndex(isInitialEnd);
    for (const { type, object } of end === -1 ? batch : batch.slice(0, end)) {
      if (type === 'DELETED') target.changed([{ type, object }]);
      else if (type !== 'BOOKMARK') target.listed(object);
    }
    count += batch.length;
    if (end === -1 && performance.now() - startedAt > call.timing.listMs) {
      await watch.return();
      throw endless(count, startedAt);
    }
    if (end === -1) continue;
    target.listComplete();
    target.changed(batch.slice(end));
    const position = positionOf(batch) ?? '';
    return { position, events: watch };
  }
}
