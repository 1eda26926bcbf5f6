/** Lets a sender run only so far ahead of what the other side has acknowledged. */
export class AckWindow {
  readonly #limit: number;
  readonly #signal: AbortSignal;
  #outstanding = 0;
  #wake: (() => void) | undefined;

  constructor(limit: number, signal: AbortSignal) {
    this.#limit = limit;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** How much may be sent at once. */
  get room(): number {
    return Math.max(0, this.#limit - this.#outstanding);
  }

  /** Resolves with the room there is, as soon as there is any; with 0 when the stream is over. One waiter at a time. */
  async awaitRoom(): Promise<number> {
    while (this.room === 0 && !this.#signal.aborted) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#signal.aborted ? 0 : this.room;
  }

  sent(amount: number): void {
    this.#outstanding += amount;
  }

  /** What the other side says it has taken; more than was sent counts as all of it. */
  acknowledged(amount: number): void {
    this.#outstanding = Math.max(0, this.#outstanding - amount);
    this.#wake?.();
  }
}
