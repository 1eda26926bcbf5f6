/** Which pods of a node its budgets hold back; how many is told whenever that has changed. */
export class HeldBack {
  readonly #tell: (pods: number) => Promise<void>;
  readonly #pods = new Set<string>();

  constructor(tell: (pods: number) => Promise<void>) {
    this.#tell = tell;
  }

  /** @param pod its uid */
  async note(pod: string, isHeld: boolean): Promise<void> {
    const before = this.#pods.size;
    if (isHeld) this.#pods.add(pod);
    else this.#pods.delete(pod);
    if (this.#pods.size !== before) await this.#tell(this.#pods.size);
  }
}
