import type { RowChanges } from './row-set.ts';
import type { StoreRow } from './store-row.ts';
import type { StoreState } from './store-state.ts';

/** What changed since the last one; both lists are empty when only the state did. */
export interface StoreChange<R> extends RowChanges<R> {
  state: StoreState;
  asOf: Date;
}

const coalesceMs = 100;

/**
 * Tells listeners of changes: of the first at once, of those that follow within {@link coalesceMs} together. A row that
 * changed twice meanwhile is told of once, as it is last.
 */
export class ChangeFeed<R extends StoreRow> {
  readonly #now: () => { state: StoreState; asOf: Date };
  readonly #listeners = new Set<(change: StoreChange<R>) => void>();
  #upserted = new Map<string, R>();
  #deleted = new Map<string, R>();
  #timer: NodeJS.Timeout | undefined;
  #toldAt = -Infinity;

  constructor(now: () => { state: StoreState; asOf: Date }) {
    this.#now = now;
  }

  subscribe(listener: (change: StoreChange<R>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add({ upserted, deleted }: RowChanges<R>): void {
    if (this.#listeners.size === 0) return;
    for (const row of deleted) {
      this.#upserted.delete(row.uid);
      this.#deleted.set(row.uid, row);
    }
    for (const row of upserted) {
      this.#deleted.delete(row.uid);
      this.#upserted.set(row.uid, row);
    }
    if (upserted.length > 0 || deleted.length > 0) this.touch();
  }

  /** Tells of the state although no row changed. */
  touch(): void {
    const wait = this.#toldAt + coalesceMs - performance.now();
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, wait));
  }

  /** Forgets what has not been told. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#upserted = new Map();
    this.#deleted = new Map();
  }

  /** Tells now what there is to tell. */
  flush(): void {
    this.#toldAt = performance.now();
    const change = {
      upserted: [...this.#upserted.values()],
      deleted: [...this.#deleted.values()],
      ...this.#now(),
    };
    this.stop();
    for (const listener of this.#listeners) listener(change);
  }
}
