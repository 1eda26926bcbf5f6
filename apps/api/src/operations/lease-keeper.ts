/** Thrown, and the reason of the signal, when another process may have taken the operation over. */
export class LeaseLost extends Error {
  constructor() {
    super('The lease on the operation is lost');
    this.name = 'LeaseLost';
  }
}

/** The reason of the signal when somebody cancelled. */
export class OperationCancelled extends Error {
  constructor() {
    super('The operation was cancelled');
    this.name = 'OperationCancelled';
  }
}

/** The reason of the signal when the platform stops. */
export class RunnerStopping extends Error {
  constructor() {
    super('The platform is stopping');
    this.name = 'RunnerStopping';
  }
}

export interface LeaseTimes {
  /** How long a lease is good for without being renewed. */
  leaseMs: number;
  renewMs: number;
}

export const defaultLeaseTimes: LeaseTimes = { leaseMs: 15_000, renewMs: 5000 };

/** Renews in the database; undefined when the fence no longer fits. */
export type RenewLease = () => Promise<{ cancelRequested: boolean } | undefined>;

/**
 * Keeps one lease alive while its operation runs. `lost` is aborted as soon as the database says that the lease is gone,
 * or when it could not be renewed for as long as it lasts: then another process may be at work on the same items.
 */
export class LeaseKeeper {
  readonly #times: LeaseTimes;
  readonly #renew: RenewLease;
  readonly #lost = new AbortController();
  readonly #cancelled = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #goodUntil: number;
  #renewing = false;

  constructor(options: { times: LeaseTimes; renew: RenewLease; cancelRequested: boolean }) {
    this.#times = options.times;
    this.#renew = options.renew;
    this.#goodUntil = performance.now() + options.times.leaseMs;
    if (options.cancelRequested) this.#cancelled.abort(new OperationCancelled());
    this.#timer = setInterval(() => void this.#beat(), options.times.renewMs);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** Somebody in this very process asked for it: no need to wait for the next renewal. */
  cancel(): void {
    this.#cancelled.abort(new OperationCancelled());
  }

  /** Whatever finds the fence changed says so here. */
  lose(): void {
    this.release();
    this.#lost.abort(new LeaseLost());
  }

  /** Throws when the lease has run out by this process's own clock, as after a long pause. */
  assertHeld(): void {
    if (performance.now() > this.#goodUntil) this.lose();
    this.#lost.signal.throwIfAborted();
  }

  release(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    if (performance.now() > this.#goodUntil) return this.lose();
    if (this.#renewing) return;
    this.#renewing = true;
    const asked = performance.now();
    try {
      const answer = await this.#renew();
      if (answer === undefined) return this.lose();
      this.#goodUntil = asked + this.#times.leaseMs;
      if (answer.cancelRequested) this.cancel();
    } catch {
      // the database is away: the lease is good until it runs out, and is asked for again
    } finally {
      this.#renewing = false;
    }
  }
}
