/** How many rows people who have proven nothing may fill in a minute. */
export interface AnonymousLimits {
  perAddress: number;
  together: number;
}

const defaults: AnonymousLimits = { perAddress: 60, together: 240 };
const windowMs = 60_000;

/** Whose share is used up: one network's, or that of all together. */
export type Overflow = { network: string } | { network: null };

/**
 * Shares the audit log's rows among those who are not signed in: nobody can fill the disk by knocking. What is beyond a
 * share is counted by whoever asks. Remembers no more networks than rows in all.
 */
export class AnonymousShare {
  readonly #limits: AnonymousLimits;
  readonly #now: () => number;
  #windowEnds = -Infinity;
  #together = 0;
  #networks = new Map<string, number>();

  constructor(limits: Partial<AnonymousLimits> = {}, now: () => number = () => performance.now()) {
    this.#limits = { ...defaults, ...limits };
    this.#now = now;
  }

  /** Milliseconds until the shares are new. */
  get windowLeftMs(): number {
    return Math.max(0, this.#windowEnds - this.#now());
  }

  /** Takes a row; undefined where there is one to have. An overflow's own row is one of all together's, once. */
  take(network: string): Overflow | undefined {
    if (this.#now() >= this.#windowEnds) {
      this.#windowEnds = this.#now() + windowMs;
      this.#together = 0;
      this.#networks = new Map();
    }
    const { perAddress, together } = this.#limits;
    const taken = this.#networks.get(network) ?? 0;
    if (taken > perAddress) return { network };
    if (this.#together >= together) return { network: null };
    this.#together += 1;
    this.#networks.set(network, taken + 1);
    return taken === perAddress ? { network } : undefined;
  }
}
