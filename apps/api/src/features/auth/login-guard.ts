import { AppError } from '../../http/app-error.ts';
import { networkOf } from '../../http/network-of.ts';
import { remember, TokenBucket, TokenBuckets } from '../../http/token-bucket.ts';

interface Attempts {
  count: number;
  /** Milliseconds since the epoch. */
  blockedUntil: number;
  lastAt: number;
}

const freeAttempts = 3;
const maxDelayMs = 60_000;
const forgetAfterMs = 15 * 60_000;
const maxRemembered = 10_000;
/** All attempts together, of everybody who has not signed in from there before; one address has a share of it only. */
const globalRate = { burst: 60, perSecond: 10 };
const addressRate = { burst: 40, perSecond: 5 };

/**
 * Slows guessing down: a delay that doubles for each pair of account and address, and a rate for all attempts
 * together. No account is ever locked: whoever has signed in from an address may go on there, whatever others do.
 */
export class LoginGuard {
  readonly #now: () => number;
  readonly #attempts = new Map<string, Attempts>();
  readonly #familiar = new Set<string>();
  readonly #addresses: TokenBuckets;
  readonly #everybody: TokenBucket;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#addresses = new TokenBuckets(addressRate, maxRemembered);
    this.#everybody = new TokenBucket(globalRate, now());
  }

  /** Counts an attempt before it is looked at, so that many at once gain nothing. Throws `tooManyAttempts`. */
  begin(username: string, address: string): void {
    const now = this.#now();
    const key = keyOf(username, address);
    const known = this.#attempts.get(key);
    const attempts =
      known !== undefined && now - known.lastAt < forgetAfterMs
        ? known
        : { count: 0, blockedUntil: 0, lastAt: now };
    if (attempts.blockedUntil > now) throw tooMany(attempts.blockedUntil - now);
    if (!this.#familiar.has(key)) this.#takeToken(networkOf(address), now);
    attempts.count += 1;
    attempts.lastAt = now;
    if (attempts.count >= freeAttempts) {
      attempts.blockedUntil = now + Math.min(maxDelayMs, 1000 * 2 ** (attempts.count - freeAttempts));
    }
    remember(this.#attempts, key, attempts, maxRemembered);
  }

  /** The attempt was right: its count is forgotten. */
  succeeded(username: string, address: string): void {
    const key = keyOf(username, address);
    this.#attempts.delete(key);
    if (this.#familiar.size >= maxRemembered) this.#familiar.clear();
    this.#familiar.add(key);
  }

  /** The address first: what it has spent of its own share takes nothing from everybody's. */
  #takeToken(address: string, now: number): void {
    if (!this.#addresses.take(address, now) || !this.#everybody.take(now)) throw tooMany(1000);
  }
}

function tooMany(ms: number): AppError {
  return new AppError('tooManyAttempts', { seconds: Math.ceil(ms / 1000) });
}

function keyOf(username: string, address: string): string {
  return `${username} ${networkOf(address)}`;
}
