/** A number of places; whoever finds none waits in line. */
export class Slots {
  #free: number;
  readonly #line: (() => void)[] = [];
  readonly #onFree: () => void;

  /** `onFree` hears of a place that nobody in line took. */
  constructor(size: number, onFree: () => void) {
    this.#free = size;
    this.#onFree = onFree;
  }

  get hasFree(): boolean {
    return this.#free > 0;
  }

  take(): Promise<void> {
    if (this.#free === 0) return new Promise((resolve) => this.#line.push(resolve));
    this.#free -= 1;
    return Promise.resolve();
  }

  give(): void {
    const next = this.#line.shift();
    if (next !== undefined) return next();
    this.#free += 1;
    this.#onFree();
  }
}

/** One operation's slot: it has one while anything of it is at work, however much that is. */
export class SlotUse {
  readonly #slots: Slots;
  #atWork = 0;
  #held: Promise<void> | undefined;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Something begins to work, once there is a slot; at once when `signal` is aborted, to see that. */
  async begin(signal?: AbortSignal): Promise<void> {
    this.#atWork += 1;
    this.#held ??= this.#slots.take();
    await (signal === undefined ? this.#held : heldOrAborted(this.#held, signal));
  }

  /** It works no more, or waits: the slot is another's when it was the last. */
  end(): void {
    this.#atWork -= 1;
    if (this.#atWork > 0) return;
    // it may still be in line for it
    void this.#held?.then(() => this.#slots.give());
    this.#held = undefined;
  }
}

function heldOrAborted(held: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    void held.then(done);
  });
}
