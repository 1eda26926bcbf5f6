import { isDatabaseUnavailable } from './database-error.ts';

interface Waiting<T, R> {
  one: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/** A statement stays a small one. */
const mostAtOnce = 100;

/**
 * Writes that follow each other: those that come while one is under way go together with the next. Where some fail
 * together, each is tried by itself, so that whose fault it was shows; once the database does not answer one of them
 * either, the others need not wait for the same.
 */
export class GatheredWrites<T, R = void> {
  readonly #write: (all: readonly T[]) => Promise<R>;
  readonly #waiting: Waiting<T, R>[] = [];
  #isWriting = false;

  constructor(write: (all: readonly T[]) => Promise<R>) {
    this.#write = write;
  }

  /** Resolves with what the write it went with came to. */
  add(one: T): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#waiting.push({ one, resolve, reject });
    if (!this.#isWriting) void this.#writeAll();
    return promise;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    // what is asked in the same turn of the loop goes along
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#writeSome(this.#waiting.splice(0, mostAtOnce));
    this.#isWriting = false;
  }

  async #writeSome(some: Waiting<T, R>[]): Promise<void> {
    let failure = await this.#tried(some);
    if (failure === undefined) return;
    const isAlone = some.length === 1;
    let isAway = false;
    for (const each of some) {
      if (!isAlone && !isAway) failure = await this.#tried([each]);
      if (failure === undefined) continue;
      isAway = isDatabaseUnavailable(failure.error);
      each.reject(failure.error);
    }
  }

  async #tried(some: Waiting<T, R>[]): Promise<{ error: unknown } | undefined> {
    try {
      const result = await this.#write(some.map(({ one }) => one));
      for (const { resolve } of some) resolve(result);
      return undefined;
    } catch (error) {
      return { error };
    }
  }
}
