import { presentVersion } from '../objects/present-version.ts';
import { Backoff } from '../store/backoff.ts';
import { defaultTiming, type ReflectorTiming } from '../store/reflector.ts';
import { openWatch } from '../store/watch-events.ts';
import type { PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { networkError } from '../transport/network-error.ts';

const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;q=0.1';
/** A watch that ends sooner than this did not work. */
const shortestWatchMs = 1000;
/** The credential may not watch it, or the server has no such kind. */
const refusals = new Set([401, 403, 404, 405]);

/**
 * Calls `changed` when an object of a collection came, changed or went, and when that may have been missed. Keeps no
 * objects. Resolves when `signal` aborts or the cluster refuses; never rejects.
 */
export async function hearChanges(
  connection: ClusterConnection,
  ref: PathRef,
  changed: () => void,
  { signal, timing = defaultTiming }: { signal: AbortSignal; timing?: ReflectorTiming },
): Promise<void> {
  const backoff = new Backoff(timing);
  let again = false;
  while (!signal.aborted) {
    const startedAt = performance.now();
    let seconds: number | undefined;
    try {
      const position = await presentVersion(connection, ref, signal);
      if (again) changed();
      again = true;
      const events = await openWatch(connection, ref, position, { timing, signal, accept: metadataOnly });
      for await (const batch of events) if (batch.some(({ type }) => type !== 'BOOKMARK')) changed();
    } catch (caught) {
      const error = networkError(caught);
      if (refusals.has(error.status ?? 0)) return;
      seconds = error.retryAfterSeconds;
    }
    if (performance.now() - startedAt >= shortestWatchMs) backoff.reset();
    await backoff.wait(signal, seconds).catch(() => undefined);
  }
}
