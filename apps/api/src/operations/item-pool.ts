export interface PoolOptions {
  /** Items at work at once. */
  concurrency: number;
  /** Nothing further is taken once it says no. */
  mayGoOn: () => boolean;
}

/** Runs `work` over items in order, some at once; more may be pushed until the last one has ended. */
export class ItemPool<T> {
  readonly #options: PoolOptions;
  readonly #work: (item: T) => Promise<void>;
  readonly #items: T[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #next = 0;
  #atWork = 0;
  #failure: { reason: unknown } | undefined;

  constructor(options: PoolOptions, work: (item: T) => Promise<void>) {
    this.#options = options;
    this.#work = work;
  }

  push(items: readonly T[]): void {
    for (const item of items) this.#items.push(item);
    // before `run` there is nothing at work, and the items wait
    if (this.#atWork > 0) this.#take();
  }

  /** Resolves when everything taken has ended; rejects with the first rejection after the others have ended. */
  run(): Promise<void> {
    this.#take();
    return this.#ended.promise;
  }

  #take(): void {
    while (this.#atWork < this.#options.concurrency && this.#mayTake()) {
      this.#atWork += 1;
      void this.#runOne(this.#items[this.#next++] as T);
    }
    if (this.#atWork > 0) return;
    if (this.#failure === undefined) this.#ended.resolve();
    else this.#ended.reject(this.#failure.reason);
  }

  #mayTake(): boolean {
    return this.#next < this.#items.length && this.#failure === undefined && this.#options.mayGoOn();
  }

  async #runOne(item: T): Promise<void> {
    try {
      await this.#work(item);
    } catch (reason) {
      this.#failure ??= { reason };
    }
    this.#atWork -= 1;
    this.#take();
  }
}

/** As {@link ItemPool}, over items that are all known. */
export function runPool<T>(
  items: readonly T[],
  options: PoolOptions,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const pool = new ItemPool(options, work);
  pool.push(items);
  return pool.run();
}
