import { AppError } from '../../http/app-error.ts';
import { networkOf } from '../../http/network-of.ts';

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
  readonly #addresses = new Map<string, TokenBucket>();
  readonly #everybody: TokenBucket;

  constructor(now: () => number = Date.now) {
    this.#now = now;
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
    remember(this.#attempts, key, attempts);
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
    const own = this.#addresses.get(address) ?? new TokenBucket(addressRate, now);
    remember(this.#addresses, address, own);
    if (!own.take(now) || !this.#everybody.take(now)) throw tooMany(1000);
  }
}

/** So many at once, so many a second. */
class TokenBucket {
  readonly #rate: { burst: number; perSecond: number };
  #tokens: number;
  #refilledAt: number;

  constructor(rate: { burst: number; perSecond: number }, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#refilledAt = now;
  }

  take(now: number): boolean {
    const { burst, perSecond } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#refilledAt) / 1000) * perSecond);
    this.#refilledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

function tooMany(ms: number): AppError {
  return new AppError('tooManyAttempts', { seconds: Math.ceil(ms / 1000) });
}

function keyOf(username: string, address: string): string {
  return `${username} ${networkOf(address)}`;
}

/** The longest unused go first when there are too many. */
function remember<V>(known: Map<string, V>, key: string, value: V): void {
  known.delete(key);
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
}
