import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from './kube-error.ts';
import { OneByOne } from './one-by-one.ts';

/** How much processor time the reading of what one cluster sends may take. */
export interface ProcessorLimits {
  /** Of a core, on and on. */
  share: number;
  /** Milliseconds of processor time that may be spent beyond it at once: the first lists of a large cluster. */
  burstMs: number;
}

/** Milliseconds since the connection was made; `throttledPercent` is null where nothing is held back. */
export interface ProcessorSnapshot {
  spentMs: number;
  pausedMs: number;
  throttledPercent: number | null;
}

const defaultProcessorLimits: ProcessorLimits = { share: 0.3, burstMs: 10_000 };

const shortestPauseMs = 100;
/** After a pause a cluster counts as throttled for so long. */
const throttledMs = 10_000;

/** Holds back lists and watches of one cluster that would take a processor core for themselves. */
export class ProcessorBudget {
  /** For what is done in pieces: one such at a time bounds how much of it is half done. */
  readonly inPieces = new OneByOne();
  readonly #limits: ProcessorLimits;
  #left: number;
  #at = performance.now();
  #pausedAt = -Infinity;
  #spentMs = 0;
  #pausedMs = 0;

  constructor(limits: ProcessorLimits = defaultProcessorLimits) {
    this.#limits = limits;
    this.#left = limits.burstMs;
  }

  /** So many milliseconds of processor time were used. */
  spend(ms: number): void {
    const now = performance.now();
    const { share, burstMs } = this.#limits;
    this.#left = Math.min(burstMs, this.#left + (now - this.#at) * share) - ms;
    this.#at = now;
    this.#spentMs += ms;
  }

  /** Resolves when reading may go on; undefined where it may now. */
  pause(): Promise<void> | undefined {
    if (this.#left >= 0) return undefined;
    this.#pausedAt = performance.now();
    const ms = Math.max(shortestPauseMs, -this.#left / this.#limits.share);
    this.#pausedMs += ms;
    return sleep(ms);
  }

  /** What reading took and was held back for so far, and the share of a core in percent while it is held back. */
  snapshot(): ProcessorSnapshot {
    return {
      spentMs: this.#spentMs,
      pausedMs: this.#pausedMs,
      throttledPercent: this.#isThrottled ? this.#percent : null,
    };
  }

  get #isThrottled(): boolean {
    return performance.now() - this.#pausedAt <= throttledMs;
  }

  get #percent(): number {
    return Math.round(this.#limits.share * 100);
  }

  /** That the cluster is being held back, for a person; null where it is not. */
  get problem(): KubeError | null {
    if (!this.#isThrottled) return null;
    const percent = this.#percent;
    return new KubeError('throttled', `Reading what it sends would take more than ${percent} % of a core`, {
      params: { percent },
    });
  }
}
