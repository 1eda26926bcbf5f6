import { rowComparator } from './query.ts';
import type { Entry, StoreRow } from './store-row.ts';

/** Orders kept: people on one page use a few, and who wants another waits for one sort. */
const mostOrders = 8;
/** So many entries may come before an order of fewer is given up. */
const fewAdded = 1000;

interface Order<R extends StoreRow> {
  sorted: Entry<R>[];
  /** Entries that came since it was sorted. */
  added: Entry<R>[];
  /** Whether entries went since. */
  outdated: boolean;
}

/** The entries of a set in the orders that were asked for, brought up to date when asked for again: no sort per page. */
export class SortedOrders<R extends StoreRow> {
  readonly #orders = new Map<string, Order<R>>();
  readonly #all: () => Entry<R>[];

  constructor(all: () => Entry<R>[]) {
    this.#all = all;
  }

  added(entry: Entry<R>): void {
    for (const [sort, order] of this.#orders) {
      order.added.push(entry);
      // nobody looks at it any more, or a sort is as quick
      if (order.added.length > Math.max(fewAdded, order.sorted.length)) this.#orders.delete(sort);
    }
  }

  removed(): void {
    for (const order of this.#orders.values()) order.outdated = true;
  }

  /** All entries as `sortRows` would have them; not to be changed. */
  by(sort = ''): readonly Entry<R>[] {
    const compare = rowComparator(sort);
    const byRow = (a: Entry<R>, b: Entry<R>) => compare(a.row, b.row);
    const known = this.#orders.get(sort);
    // the one asked for last goes last
    this.#orders.delete(sort);
    const order = known ?? { sorted: this.#all().sort(byRow), added: [], outdated: false };
    this.#orders.set(sort, order);
    for (const oldest of this.#orders.keys()) {
      if (this.#orders.size <= mostOrders) break;
      this.#orders.delete(oldest);
    }
    if (order.outdated) order.sorted = order.sorted.filter(isHeld);
    if (order.added.length > 0) {
      const added = order.added.filter(isHeld).sort(byRow);
      order.sorted = merge(order.sorted, added, byRow);
    }
    order.added = [];
    order.outdated = false;
    return order.sorted;
  }
}

function isHeld(entry: { isHeld: boolean }): boolean {
  return entry.isHeld;
}

function merge<T>(left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): T[] {
  const merged: T[] = [];
  let next = 0;
  for (const item of left) {
    for (; next < right.length && compare(right[next] as T, item) < 0; next++) merged.push(right[next] as T);
    merged.push(item);
  }
  for (; next < right.length; next++) merged.push(right[next] as T);
  return merged;
}
