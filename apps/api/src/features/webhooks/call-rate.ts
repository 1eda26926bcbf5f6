import { AppError } from '../../http/app-error.ts';
import { networkOf } from '../../http/network-of.ts';
import { remember, TokenBuckets } from '../../http/token-bucket.ts';

/** As many branches as one push may have, and then one a second. */
const rate = { burst: 100, perSecond: 1 };
const mostKnown = 10_000;

/**
 * Holds webhooks to a rate of calls. Of whatever comes, each network that calls one has its own share, so that nobody uses
 * up what its sender needs; what is signed rightly counts together.
 */
export class CallRate {
  readonly #now: () => number;
  readonly #callers = new TokenBuckets(rate, mostKnown);
  readonly #signed = new TokenBuckets(rate, mostKnown);
  #refused = new Map<string, number>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Before anything is looked up. Throws `tooManyAttempts`. */
  admit(hook: string, address: string): void {
    if (!this.#callers.take(`${hook} ${networkOf(address)}`, this.#now())) this.#refuse(hook);
  }

  /** Throws `tooManyAttempts`. */
  admitSigned(hook: string): void {
    if (!this.#signed.take(hook, this.#now())) this.#refuse(hook);
  }

  /** How many calls were refused since it was asked last, by webhook. */
  takeRefused(): ReadonlyMap<string, number> {
    const refused = this.#refused;
    this.#refused = new Map();
    return refused;
  }

  #refuse(hook: string): never {
    remember(this.#refused, hook, (this.#refused.get(hook) ?? 0) + 1, mostKnown);
    throw new AppError('tooManyAttempts', { seconds: Math.ceil(1 / rate.perSecond) });
  }
}
