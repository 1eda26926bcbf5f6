import { setTimeout as sleep } from 'node:timers/promises';

/** Rows that are kept for a while. */
export interface Kept {
  keepMs: number;
  /** Drops about `most` of those older than `before`; returns how many, 0 when none is left. */
  prune(before: Date, most: number): Promise<number>;
}

export const dayMs = 86_400_000;
const everyMs = 3_600_000;
/** Rows of one statement: others wait no longer than it takes. */
const batch = 500;
const pauseMs = 50;

/** Drops what is older than it is to be kept; several replicas may do it at once. */
export class Retention {
  readonly #kept: Kept[] = [];
  readonly #onError: (error: unknown) => void;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #pruning: Promise<void> = Promise.resolve();

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(...kept: Kept[]): void {
    this.#kept.push(...kept);
  }

  start(): void {
    const prune = () => (this.#pruning = this.prune(new Date()));
    void prune();
    this.#timer = setInterval(() => void prune(), everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#pruning;
  }

  /** Drops what was too old at `now`, a little at a time. */
  async prune(now: Date): Promise<void> {
    for (const { keepMs, prune } of this.#kept) {
      const before = new Date(now.getTime() - keepMs);
      await this.#untilDone(() => prune(before, batch)).catch(this.#onError);
    }
  }

  async #untilDone(drop: () => Promise<number>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted && (await drop()) > 0)
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
