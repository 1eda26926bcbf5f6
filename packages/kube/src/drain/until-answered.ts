import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';

/** How long a cluster that does not answer is waited for. */
export interface Patience {
  signal: AbortSignal;
  /** `Date.now()` after which nothing is tried any more; null: never. */
  deadline: number | null;
  /** Between attempts; 5 s as for evictions. */
  retryMs?: number;
  onAway: (away: { attempt: number; retryMs: number; error: KubeError }) => Promise<void>;
}

/** It did not answer, or says that it cannot yet: an apiserver that is being restarted. */
export function isAway({ status, reason }: KubeError): boolean {
  if (status !== undefined) return status === 503 || status === 504;
  return ['refused', 'timeout', 'unreachable', 'unavailable', 'dns'].includes(reason);
}

/**
 * Asks until the cluster answers, where kubectl gives up. Rejects with what it answered, when `signal` aborts, and with the
 * last failure once the time is up.
 */
export async function untilAnswered<T>(ask: () => Promise<T>, patience: Patience): Promise<T> {
  const { signal, deadline, retryMs = 5000, onAway } = patience;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (caught) {
      const error = networkError(caught);
      signal.throwIfAborted();
      if (!isAway(error) || (deadline !== null && Date.now() >= deadline)) throw caught;
      await onAway({ attempt, retryMs, error });
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
