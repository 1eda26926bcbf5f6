import { KubeError } from './kube-error.ts';

/**
 * - `closed`: calls go through.
 * - `open`: the server did not answer several times in a row; calls fail at once.
 * - `halfOpen`: one question finds out whether it answers again, everybody else waits for its outcome.
 */
export type BreakerState = 'closed' | 'open' | 'halfOpen';

export interface BreakerTiming {
  /** Calls in a row without any answer that open it. */
  failures: number;
  /** Milliseconds before the first question; doubles with every question that fails. */
  firstMs: number;
  mostMs: number;
}

export const defaultBreakerTiming: BreakerTiming = { failures: 5, firstMs: 1000, mostMs: 8000 };

/**
 * Keeps a cluster that is gone from costing every caller a time-out. An answer of any status closes it: a server that
 * says 500 is there.
 */
export class CircuitBreaker {
  readonly #timing: BreakerTiming;
  readonly #ask: () => Promise<unknown>;
  #failures = 0;
  #openings = 0;
  #waitMs = 0;
  /** By the monotonic clock; undefined: closed. */
  #askAfter: number | undefined;
  #asking: Promise<void> | undefined;
  #lastFailure: KubeError | undefined;

  /** `ask` sends one harmless request, whose end is told by `answered` or `failed` like any other's. */
  constructor(ask: () => Promise<unknown>, timing: BreakerTiming = defaultBreakerTiming) {
    this.#ask = ask;
    this.#timing = timing;
  }

  get state(): BreakerState {
    if (this.#askAfter === undefined) return 'closed';
    return this.#asking ? 'halfOpen' : 'open';
  }

  /** How many times it has opened. */
  get openings(): number {
    return this.#openings;
  }

  /**
   * Resolves when a call may go; rejects with KubeError `unavailable`, whose cause is what the last call met, or with
   * the signal's reason.
   */
  async pass(signal: AbortSignal): Promise<void> {
    if (this.#askAfter === undefined) return;
    if (this.#asking || performance.now() >= this.#askAfter) {
      await Promise.race([this.#askOnce(), rejectionOf(signal)]);
    }
    if (this.#askAfter === undefined) return;
    const { message } = this.#lastFailure ?? {};
    throw new KubeError('unavailable', `The cluster does not answer: ${message}`, {
      cause: this.#lastFailure,
    });
  }

  /** The server answered, whatever it said. */
  answered(): void {
    this.#failures = 0;
    this.#waitMs = 0;
    this.#askAfter = undefined;
  }

  /** A call met no answer. */
  failed(error: KubeError): void {
    this.#lastFailure = error;
    this.#failures += 1;
    if (this.#askAfter === undefined && this.#failures < this.#timing.failures) return;
    // calls that began before it opened say nothing new
    if (this.#askAfter !== undefined && !this.#asking) return;
    if (this.#askAfter === undefined) this.#openings += 1;
    const { firstMs, mostMs } = this.#timing;
    this.#waitMs = Math.min(mostMs, this.#waitMs === 0 ? firstMs : this.#waitMs * 2);
    this.#askAfter = performance.now() + this.#waitMs;
  }

  #askOnce(): Promise<void> {
    const over = () => {
      this.#asking = undefined;
    };
    this.#asking ??= this.#ask().then(over, over);
    return this.#asking;
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
