import type { ClusterConnection } from '../transport/connection.ts';
import type { KubeError } from '../transport/kube-error.ts';

/** A stream that is watched over. */
export interface SilenceGuard {
  /** The stream has said something. */
  heard(): void;
  /** Whether it was ended because it was silent for `idleMs`. */
  readonly idle: boolean;
  stop(): void;
}

/**
 * Watches over a stream that may rightly be silent for long: after `aliveCheckMs` without a word the server is asked
 * whether it is there at all, and the stream is ended with its error when it is not; after `idleMs` it is ended anyway.
 */
export function guardSilence(
  connection: ClusterConnection,
  body: { destroy(error?: Error): unknown },
  { aliveCheckMs, idleMs = Infinity }: { aliveCheckMs: number; idleMs?: number },
): SilenceGuard {
  let heardAt = performance.now();
  let idle = false;
  const timer = setInterval(() => {
    const silentMs = performance.now() - heardAt;
    if (silentMs >= idleMs) {
      idle = true;
      body.destroy();
    } else if (silentMs >= aliveCheckMs) {
      connection.checkAlive(aliveCheckMs).catch((error: KubeError) => body.destroy(error));
    }
  }, aliveCheckMs / 3);
  return {
    heard: () => {
      heardAt = performance.now();
    },
    get idle() {
      return idle;
    },
    stop: () => clearInterval(timer),
  };
}
