import { rowComparator } from './query.ts';
import type { Entry, StoreRow } from './store-row.ts';

/** Orders kept of all rows, and of rows that match: people on one page use a few, who wants another waits for it once. */
const mostOrders = 8;
const mostSelections = 16;
/** So many entries may come before an order of fewer is given up. */
const fewAdded = 1000;

/** What of the rows; `key` is the same where the rows are. */
export interface Selection<R extends StoreRow> {
  key: string;
  matches: (entry: Entry<R>) => boolean;
}

interface Order<R extends StoreRow> {
  byRow: (a: Entry<R>, b: Entry<R>) => number;
  matches: ((entry: Entry<R>) => boolean) | undefined;
  sorted: Entry<R>[];
  /** Entries that came since it was sorted. */
  added: Entry<R>[];
  /** Whether entries went since. */
  outdated: boolean;
}

/**
 * The entries of a set in the orders that were asked for, all of them or those that match, brought up to date when
 * asked for again: no sort and no search per page.
 */
export class SortedOrders<R extends StoreRow> {
  readonly #orders = new Map<string, Order<R>>();
  readonly #selections = new Map<string, Order<R>>();
  readonly #all: () => Entry<R>[];

  constructor(all: () => Entry<R>[]) {
    this.#all = all;
  }

  added(entry: Entry<R>): void {
    for (const orders of [this.#orders, this.#selections]) {
      for (const [key, order] of orders) {
        order.added.push(entry);
        // nobody looks at it any more, or making it anew is as quick
        if (order.added.length > Math.max(fewAdded, order.sorted.length)) orders.delete(key);
      }
    }
  }

  removed(): void {
    for (const order of this.#orders.values()) order.outdated = true;
    for (const order of this.#selections.values()) order.outdated = true;
  }

  /** The entries that match as `sortRows` would have them; not to be changed. */
  by(sort = '', selection?: Selection<R>): readonly Entry<R>[] {
    if (selection === undefined) {
      return upToDate(this.#orders, { key: sort, most: mostOrders }, () => {
        const byRow = entryComparator<R>(sort);
        return { byRow, matches: undefined, sorted: this.#all().sort(byRow), added: [], outdated: false };
      });
    }
    const { matches } = selection;
    return upToDate(this.#selections, { key: `${sort}\n${selection.key}`, most: mostSelections }, () => {
      const sorted = this.by(sort).filter(matches);
      return { byRow: entryComparator<R>(sort), matches, sorted, added: [], outdated: false };
    });
  }
}

function entryComparator<R extends StoreRow>(sort: string): (a: Entry<R>, b: Entry<R>) => number {
  const compare = rowComparator(sort);
  return (a, b) => compare(a.row, b.row);
}

/** The order of this key, from those kept or made, with what came and went since; the one asked for last goes last. */
function upToDate<R extends StoreRow>(
  orders: Map<string, Order<R>>,
  { key, most }: { key: string; most: number },
  make: () => Order<R>,
): readonly Entry<R>[] {
  const order = orders.get(key) ?? make();
  orders.delete(key);
  orders.set(key, order);
  for (const oldest of orders.keys()) {
    if (orders.size <= most) break;
    orders.delete(oldest);
  }
  if (order.outdated) order.sorted = order.sorted.filter(isHeld);
  if (order.added.length > 0) {
    const { matches = () => true, byRow } = order;
    const added = order.added.filter((entry) => entry.isHeld && matches(entry)).sort(byRow);
    order.sorted = merge(order.sorted, added, byRow);
  }
  order.added = [];
  order.outdated = false;
  return order.sorted;
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
