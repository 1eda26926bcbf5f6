export interface PoolOptions<T = unknown> {
  /** Items at work at once. */
  concurrency: number;
  /** Nothing further is taken once it says no. */
  mayGoOn: () => boolean;
  /** Items of another turn wait until those of the one before have ended. */
  turnOf?: (item: T) => number;
}

/** Runs `work` over items in order, some at once; more may be pushed until the last one has ended. */
export class ItemPool<T> {
  readonly #options: PoolOptions<T>;
  readonly #work: (item: T) => Promise<void>;
  readonly #items: T[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #next = 0;
  #atWork = 0;
  #turn = 0;
  #failure: { reason: unknown } | undefined;

  constructor(options: PoolOptions<T>, work: (item: T) => Promise<void>) {
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
      const item = this.#items[this.#next++] as T;
      this.#turn = this.#turnOf(item);
      void this.#runOne(item);
    }
    if (this.#atWork > 0) return;
    if (this.#failure === undefined) this.#ended.resolve();
    else this.#ended.reject(this.#failure.reason);
  }

  #mayTake(): boolean {
    if (this.#next >= this.#items.length || this.#failure !== undefined) return false;
    const isItsTurn = this.#atWork === 0 || this.#turnOf(this.#items[this.#next] as T) === this.#turn;
    return isItsTurn && this.#options.mayGoOn();
  }

  #turnOf(item: T): number {
    return this.#options.turnOf?.(item) ?? 0;
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
  options: PoolOptions<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const pool = new ItemPool(options, work);
  pool.push(items);
  return pool.run();
}
