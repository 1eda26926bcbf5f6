/** What only one at a time may do, in the order they came. */
export class OneByOne {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when all who came before are done, with what ends the turn. */
  take(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn = this.#last.then(() => resolve);
    this.#last = promise;
    return turn;
  }
}
