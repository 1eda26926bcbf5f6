import type { Selection } from '../objects/selection.ts';
import type { PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import type { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import { Backoff, type BackoffTiming } from './backoff.ts';
import { readInitialState, type ListTarget } from './initial-state.ts';
import { isDenial } from './store-state.ts';
import { openWatch, positionOf, type WatchEvent, type WatchTiming } from './watch-events.ts';

export interface ReflectorTiming extends WatchTiming, BackoffTiming {
  /** Least wait after the cluster has refused: rights don't come back within a second. */
  deniedMs: number;
}

export const defaultTiming: ReflectorTiming = {
  aliveCheckMs: 6000,
  idleMs: 90_000,
  firstMs: 500,
  mostMs: 15_000,
  deniedMs: 15_000,
};

/** What a reflector keeps up to date. */
export interface ReflectorTarget extends ListTarget {
  /** A watch runs: what is held is what the cluster has. */
  live(): void;
  /** It does not, for this reason; it is tried again. */
  failed(error: KubeError): void;
}

export interface ReflectOptions extends Selection {
  signal: AbortSignal;
  timing: ReflectorTiming;
}

/** A watch that ends sooner than this without an event did not work. */
const shortestWatchMs = 1000;
/** Failures of a watch in a row after which its resourceVersion is no longer trusted. */
const mostWatchFailures = 3;

/**
 * Mirrors a collection: one list, then watches, each behind where the last one ended. Where the server does not
 * remember that point any more (410), one list again. Runs until `signal` aborts; never rejects.
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
  while (!signal.aborted) {
    let worked = () => false;
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
      }
      events ??= await openWatch(connection, ref, position, {
        timing,
        signal,
        ...selection,
      });
      target.live();
      const openedAt = performance.now();
      let heard = false;
      worked = () => heard || performance.now() - openedAt >= shortestWatchMs;
      for await (const batch of events) {
        target.changed(batch);
        position = positionOf(batch) ?? position;
        heard = true;
      }
      if (worked()) [watchFailures, relistedAfterExpiry] = [0, false];
      if (worked()) backoff.reset();
      else await backoff.wait(signal);
    } catch (caught) {
      if (signal.aborted) return;
      const error = networkError(caught);
      if (worked()) [watchFailures, relistedAfterExpiry] = [0, false];
      if (worked()) backoff.reset();
      if (position !== undefined) watchFailures += 1;
      const expired = error.is(410);
      if (expired || watchFailures >= mostWatchFailures) [position, watchFailures] = [undefined, 0];
      target.failed(error);
      // an expired version is nobody's fault, once
      if (expired && !relistedAfterExpiry) relistedAfterExpiry = true;
      else {
        const leastSeconds = isDenial(error) ? timing.deniedMs / 1000 : 0;
        await backoff
          .wait(signal, Math.max(leastSeconds, error.retryAfterSeconds ?? 0))
          .catch(() => undefined);
      }
    }
  }
}
