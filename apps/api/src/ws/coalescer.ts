/**
 * Does a piece of work soon after it is requested: never twice at once, at most once per interval, however often it is
 * requested. The work reads the newest state, so what is skipped is only what would have been overwritten.
 */
export class Coalescer {
  readonly #work: () => Promise<void>;
  readonly #intervalMs: number;
  #requested = false;
  #running = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  /** `work` must not reject. */
  constructor(work: () => Promise<void>, intervalMs: number) {
    this.#work = work;
    this.#intervalMs = intervalMs;
  }

  request(): void {
    if (this.#closed) return;
    this.#requested = true;
    if (!this.#running && this.#timer === undefined) void this.#run();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#requested = false;
    this.#running = true;
    await this.#work();
    this.#running = false;
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#requested) void this.#run();
    }, this.#intervalMs);
  }
}
