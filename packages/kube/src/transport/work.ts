import { giveWay } from './give-way.ts';
import type { ProcessorBudget } from './processor-budget.ts';

/** What the decryption and the handling of a byte costs beside its reading, in milliseconds. */
const msPerByte = 2.5e-6;

/** Work of this thread on what one cluster sends: counted in its budget, and giving way to all else between its pieces. */
export class Work {
  readonly #budget: ProcessorBudget;
  #since = process.threadCpuUsage();

  constructor(budget: ProcessorBudget) {
    this.#budget = budget;
  }

  /** As {@link giveWay}: to be asked between two pieces, and awaited where it answers. */
  giveWay(): Promise<void> | undefined {
    return this.#without(giveWay());
  }

  /** Does what is done in pieces, one such of a cluster at a time: how much is half done at once is bounded. */
  async all<T>(pieces: Generator<undefined, T>): Promise<T> {
    const turn = this.#budget.inPieces.take();
    await this.#without(turn);
    const endTurn = await turn;
    try {
      for (;;) {
        const { done, value } = pieces.next();
        if (done) return value;
        await this.giveWay();
      }
    } finally {
      endTurn();
    }
  }

  /** Ends it; so many bytes were worked on. */
  end(bytes: number): void {
    const { user, system } = process.threadCpuUsage(this.#since);
    this.#budget.spend((user + system) / 1000 + bytes * msPerByte);
  }

  /** What others do while we wait is not counted. */
  #without(wait: Promise<unknown> | undefined): Promise<void> | undefined {
    if (wait === undefined) return undefined;
    this.end(0);
    return wait.then(() => {
      this.#since = process.threadCpuUsage();
    });
  }
}
