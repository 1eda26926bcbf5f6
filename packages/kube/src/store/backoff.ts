import { setTimeout as sleep } from 'node:timers/promises';

export interface BackoffTiming {
  /** Upper bound of the first wait, in milliseconds; it doubles with every failure. */
  firstMs: number;
  mostMs: number;
}

/** Waits between attempts: exponential with full jitter, so that clients of one server don't come back together. */
export class Backoff {
  readonly #timing: BackoffTiming;
  #failures = 0;

  constructor(timing: BackoffTiming) {
    this.#timing = timing;
  }

  /** Forgets the failures. */
  reset(): void {
    this.#failures = 0;
  }

  /** Milliseconds until the next attempt; never less than what the server asked for. */
  next(retryAfterSeconds = 0): number {
    const bound = Math.min(this.#timing.mostMs, this.#timing.firstMs * 2 ** this.#failures);
    this.#failures += 1;
    // a server that asks for a day is asked again after a minute
    const asked = Math.min(retryAfterSeconds * 1000, 60_000);
    return asked + Math.random() * bound;
  }

  /** Waits until the {@link next} attempt. Rejects when `signal` aborts. */
  async wait(signal: AbortSignal, retryAfterSeconds = 0): Promise<void> {
    await sleep(this.next(retryAfterSeconds), undefined, { signal });
  }
}
