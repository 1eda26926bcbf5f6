import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';

/** A stream that is watched over. */
export interface SilenceGuard {
  /** The stream has said something, and is in the middle of saying more where `isHalf`. */
  heard(isHalf?: boolean): void;
  /** Something has begun that is not whole yet. */
  begun(): void;
  /** Whether it was ended because it was silent for `idleMs`. */
  readonly idle: boolean;
  stop(): void;
}

/**
 * Watches over a stream that may rightly be silent for long: after `aliveCheckMs` without a word the server is asked
 * whether it is there at all, and the stream is ended with its error when it is not; after `idleMs` it is ended anyway.
 * What has begun has to be whole within `halfMs`, or the stream is ended with KubeError `timeout`.
 */
export function guardSilence(
  connection: ClusterConnection,
  body: { destroy(error?: Error): unknown },
  {
    aliveCheckMs,
    idleMs = Infinity,
    halfMs = Infinity,
  }: { aliveCheckMs: number; idleMs?: number; halfMs?: number },
): SilenceGuard {
  let heardAt = performance.now();
  let begunAt: number | undefined;
  let idle = false;
  const timer = setInterval(
    () => {
      const now = performance.now();
      const silentMs = now - heardAt;
      if (now - (begunAt ?? now) >= halfMs) {
        body.destroy(new KubeError('timeout', `Half of it, and not the rest within ${halfMs / 1000} s`));
      } else if (silentMs >= idleMs) {
        idle = true;
        body.destroy();
      } else if (silentMs >= aliveCheckMs) {
        connection.checkAlive(aliveCheckMs).catch((error: KubeError) => body.destroy(error));
      }
    },
    Math.min(aliveCheckMs, halfMs) / 3,
  );
  return {
    heard: (isHalf = false) => {
      heardAt = performance.now();
      begunAt = isHalf ? heardAt : undefined;
    },
    begun: () => {
      begunAt ??= performance.now();
    },
    get idle() {
      return idle;
    },
    stop: () => clearInterval(timer),
  };
}
