import { KubeError } from './kube-error.ts';

/** `interactive`: a person waits for it. `background`: probes, lists and watches that keep what is held up to date. */
export type Priority = 'interactive' | 'background';

export interface TurnLimits {
  /** Calls under way at a time. */
  most: number;
  /** Of these, background ones. */
  mostBackground: number;
  /** Calls of one priority that may wait. */
  mostWaiting: number;
}

export const defaultTurnLimits: TurnLimits = { most: 16, mostBackground: 8, mostWaiting: 256 };

interface Waiting {
  priority: Priority;
  begin: () => void;
}

/**
 * Who may call a cluster next: people before background work, each in the order they came. One background call may
 * always be under way, so that people who never pause don't make everything stale.
 */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #waiting = { interactive: new Set<Waiting>(), background: new Set<Waiting>() };
  readonly #running = { interactive: 0, background: 0 };

  constructor(limits: TurnLimits = defaultTurnLimits) {
    this.#limits = limits;
  }

  /** Calls under way. */
  get running(): number {
    return this.#running.interactive + this.#running.background;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#waiting.interactive.size + this.#waiting.background.size;
  }

  /**
   * Resolves when it is the caller's turn, with the function that ends it. Rejects with KubeError `busy` when too many
   * wait already or when the deadline in `signal` comes first; otherwise with the signal's reason.
   */
  async take(priority: Priority, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.waiting > 0 || !this.#isFree(priority)) await this.#wait(priority, signal);
    else this.#running[priority] += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#running[priority] -= 1;
      this.#next();
    };
  }

  #wait(priority: Priority, signal: AbortSignal): Promise<void> {
    const queue = this.#waiting[priority];
    if (queue.size >= this.#limits.mostWaiting) return Promise.reject(busy('Too many calls wait'));
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.delete(waiting);
        const late = signal.reason instanceof KubeError && signal.reason.reason === 'timeout';
        reject(late ? busy('No turn came in time') : signal.reason);
      };
      const begin = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const waiting = { priority, begin };
      queue.add(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
      // what waits may be background work that a free place is not for
      this.#next();
    });
  }

  #next(): void {
    for (;;) {
      const next = this.#choose();
      if (!next) return;
      this.#waiting[next.priority].delete(next);
      this.#running[next.priority] += 1;
      next.begin();
    }
  }

  #choose(): Waiting | undefined {
    const [person] = this.#waiting.interactive;
    const [background] = this.#waiting.background;
    if (background && this.#running.background === 0 && this.#isFree('background')) return background;
    if (person && this.#isFree('interactive')) return person;
    return background && this.#isFree('background') ? background : undefined;
  }

  #isFree(priority: Priority): boolean {
    if (this.running >= this.#limits.most) return false;
    return priority === 'interactive' || this.#running.background < this.#limits.mostBackground;
  }
}

function busy(message: string): KubeError {
  return new KubeError('busy', message, { retryAfterSeconds: 1 });
}
