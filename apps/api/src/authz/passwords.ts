import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { AppError } from '../http/app-error.ts';

/** argon2id at OWASP's parameters: 19 MiB, 2 passes, 1 lane. The number is `Algorithm.Argon2id`, a const enum. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

const maxAtOnce = 2;
const maxWaiting = 64;

/** Hashes and checks passwords, a few at a time: nobody spends the machine's memory by guessing. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.#bounded(() => hash(password, parameters));
  }

  /** Without a hash (there is no such user) it takes as long and says no. */
  async verify(password: string, passwordHash: string | undefined): Promise<boolean> {
    this.#decoy ??= this.hash(oneTimePassword());
    const compared = passwordHash ?? (await this.#decoy);
    const matches = await this.#bounded(() => verify(compared, password));
    return matches && passwordHash !== undefined;
  }

  async #bounded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= maxAtOnce) {
      if (this.#waiting.length >= maxWaiting) throw new AppError('tooManyAttempts', { seconds: 1 });
      // whoever finishes hands its place over
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

/** Without letters and digits that look alike. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A random password for one use: 20 characters, 116 bits, in groups of five. */
export function oneTimePassword(): string {
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
