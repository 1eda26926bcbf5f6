import type { Selection } from '../objects/selection.ts';
import type { PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { longestListMs } from '../objects/list-objects.ts';
import { presentVersion } from '../objects/present-version.ts';
import { networkError } from '../transport/network-error.ts';
import { Backoff, type BackoffTiming } from './backoff.ts';
import { readInitialState, type ListTarget } from './initial-state.ts';
import { isDenial } from './store-state.ts';
import { openWatch, positionOf, WatchSilence, type WatchEvent, type WatchTiming } from './watch-events.ts';

export interface ReflectorTiming extends WatchTiming, BackoffTiming {
  /** Least wait after the cluster has refused: rights don't come back within a second. */
  deniedMs: number;
  /** How long a list may take as a whole. */
  listMs: number;
}

export const defaultTiming: ReflectorTiming = {
  aliveCheckMs: 6000,
  idleMs: 90_000,
  firstMs: 500,
  mostMs: 15_000,
  deniedMs: 15_000,
  listMs: longestListMs,
};

/** What a reflector keeps up to date. */
export interface ReflectorTarget extends ListTarget {
  /** What is held is what the cluster has: proven just now. */
  live(): void;
  /** It does not, for this reason; it is tried again. */
  failed(error: KubeError): void;
  /** What is held is something else than was asked for, or more than can be: it goes. */
  discarded(): void;
}

export interface ReflectOptions extends Selection {
  signal: AbortSignal;
  timing: ReflectorTiming;
}

/** Failures of a watch in a row after which its resourceVersion is no longer trusted. */
const mostWatchFailures = 3;
/** Watches in a row that said nothing before their server is believed by events and bookmarks only. */
const mostWordless = 2;

/**
 * Mirrors a collection: one list, then watches, each behind where the last one ended. Where the server does not
 * remember that point any more (410), or has said nothing for long, one list again. Runs until `signal` aborts; never
 * rejects.
 *
 * What is held is live by proof only: the end of a list, an event or a bookmark. A watch that was opened is none; after a
 * failure the server is asked for a piece of the collection. Where two watches in a row ended without a word, lists and
 * pieces are no proof either, until one speaks.
 */
export async function reflect(
  connection: ClusterConnection,
  ref: PathRef,
  target: ReflectorTarget,
  { signal, timing, ...selection }: ReflectOptions,
): Promise<void> {
  const backoff = new Backoff(timing);
  /** Where the next watch begins; undefined: list first. */
  let position: string | undefined;
  /** Somebody waits for the first list. */
  let listed = false;
  let watchFailures = 0;
  let relistedAfterExpiry = false;
  let isProven = false;
  let wordless = 0;
  while (!signal.aborted) {
    const watching = new AbortController();
    let [isOpen, heard] = [false, false];
    try {
      let events: AsyncIterable<WatchEvent[]> | undefined;
      if (position === undefined) {
        const priority = listed ? 'background' : 'interactive';
        ({ position, events } = await readInitialState(connection, ref, target, {
          signal,
          timing,
          priority,
          ...selection,
        }));
        listed = true;
        // the watch itself has said that this was all
        if (events !== undefined) wordless = 0;
        isProven = wordless < mostWordless;
      }
      events ??= await openWatch(connection, ref, position, {
        timing,
        signal,
        malformed: (what) => target.malformed(what),
        ...selection,
      });
      isOpen = true;
      if (isProven) target.live();
      else if (wordless < mostWordless) {
        void prove(connection, ref, AbortSignal.any([signal, watching.signal]), target);
      }
      for await (const batch of events) {
        target.changed(batch);
        position = positionOf(batch) ?? position;
        [heard, isProven, wordless] = [true, true, 0];
        target.live();
      }
      if (!heard) throw new KubeError('protocol', 'The watch ended without a word');
      [watchFailures, relistedAfterExpiry] = [0, false];
      backoff.reset();
    } catch (caught) {
      if (signal.aborted) return;
      const error = networkError(caught);
      if (heard) {
        [watchFailures, relistedAfterExpiry] = [0, false];
        backoff.reset();
      }
      if (isOpen && !heard && isWordless(error)) wordless += 1;
      if (error instanceof WatchSilence) {
        // a list tells a quiet collection from a server that is silent
        position = undefined;
        isProven = wordless < mostWordless;
        if (!isProven) target.failed(error);
        continue;
      }
      isProven = false;
      if (position !== undefined) watchFailures += 1;
      const expired = error.is(410);
      if (expired || watchFailures >= mostWatchFailures) [position, watchFailures] = [undefined, 0];
      if (isWorthless(error) || (position === undefined && error.reason === 'tooLarge')) {
        position = undefined;
        target.discarded();
      }
      target.failed(error);
      // an expired version is nobody's fault, once
      if (expired && !relistedAfterExpiry) relistedAfterExpiry = true;
      else {
        const leastSeconds = isDenial(error) || error.reason === 'endless' ? timing.deniedMs / 1000 : 0;
        await backoff
          .wait(signal, Math.max(leastSeconds, error.retryAfterSeconds ?? 0))
          .catch(() => undefined);
      }
    } finally {
      watching.abort();
    }
  }
}

/** What a list has brought is not what there is: nothing of it is to be shown. */
export function isWorthless({ reason }: KubeError): boolean {
  return reason === 'wrongKind' || reason === 'endless';
}

/** An open watch said nothing that is an event. That its connection was lost is another thing. */
function isWordless({ reason }: KubeError): boolean {
  return reason === 'protocol' || reason === 'timeout';
}

/** Asks for a piece of the collection: an answer that is one says that the server is there and right. */
async function prove(
  connection: ClusterConnection,
  ref: PathRef,
  signal: AbortSignal,
  target: ReflectorTarget,
): Promise<void> {
  const proof = await presentVersion(connection, ref, signal).catch(() => undefined);
  if (proof === undefined || signal.aborted) return;
  target.changed([]);
  target.live();
}
