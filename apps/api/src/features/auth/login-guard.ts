import { isIPv6 } from 'node:net';
import { AppError } from '../../http/app-error.ts';

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
/** All attempts together, of everybody who has not signed in from there before. */
const globalBurst = 60;
const globalPerSecond = 10;

/**
 * Slows guessing down: a delay that doubles for each pair of account and address, and a rate for all attempts
 * together. No account is ever locked: whoever has signed in from an address may go on there, whatever others do.
 */
export class LoginGuard {
  readonly #now: () => number;
  readonly #attempts = new Map<string, Attempts>();
  readonly #familiar = new Set<string>();
  #tokens = globalBurst;
  #refilledAt: number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#refilledAt = now();
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
    if (!this.#familiar.has(key)) this.#takeToken(now);
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

  #takeToken(now: number): void {
    this.#tokens = Math.min(globalBurst, this.#tokens + ((now - this.#refilledAt) / 1000) * globalPerSecond);
    this.#refilledAt = now;
    if (this.#tokens < 1) throw tooMany(1000);
    this.#tokens -= 1;
  }
}

function tooMany(ms: number): AppError {
  return new AppError('tooManyAttempts', { seconds: Math.ceil(ms / 1000) });
}

/** One household has a whole /64 of IPv6 addresses. */
function keyOf(username: string, address: string): string {
  return `${username} ${isIPv6(address) ? networkOf(address) : address}`;
}

/** The first four groups, also where `::` stands for some of them. */
function networkOf(address: string): string {
  const [before = '', after] = address.split('::');
  const groups = before.split(':').filter((group) => group !== '');
  const behind = (after ?? '').split(':').filter((group) => group !== '').length;
  const zeros = after === undefined ? 0 : 8 - groups.length - behind;
  return [...groups, ...Array<string>(zeros).fill('0'), ...(after ?? '').split(':')].slice(0, 4).join(':');
}

/** The longest unused go first when there are too many. */
function remember(attempts: Map<string, Attempts>, key: string, value: Attempts): void {
  attempts.delete(key);
  attempts.set(key, value);
  const [oldest] = attempts.keys();
  if (attempts.size > maxRemembered && oldest !== undefined) attempts.delete(oldest);
}
