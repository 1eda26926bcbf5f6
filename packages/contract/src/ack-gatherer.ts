/** Tells the sender of a stream what was taken in: once for many pieces, so that a key or a line costs no message. */
export class AckGatherer {
  readonly #enough: number;
  readonly #send: (amount: number) => void;
  #taken = 0;

  /**
   * @param enough what gathers before it is told, in the units of the stream's window (lines, bytes) and well below it
   * @param send is given all that was taken since it was last called
   */
  constructor(enough: number, send: (amount: number) => void) {
    this.#enough = enough;
    this.#send = send;
  }

  taken(amount: number): void {
    this.#taken += amount;
    if (this.#taken < this.#enough) return;
    const told = this.#taken;
    this.#taken = 0;
    this.#send(told);
  }
}
