import { entryMatcher, filterKey, type RowFilter, type RowSchema } from './query.ts';
import { RowBudget } from './row-budget.ts';
import { bytesOf } from './row-bytes.ts';
import type { Labels } from './selectors.ts';
import { SortedOrders } from './sorted-orders.ts';
import { newEntry, type Entry, type Place, type StoreRow } from './store-row.ts';

/** Which rows are asked for, in which order. */
export interface PageQuery<R extends StoreRow> extends RowFilter<R> {
  /** `-field,field`: `name`, `namespace` or a cell; a leading minus is descending. Default: namespace, name. */
  sort?: string | undefined;
  /** From 1. */
  page: number;
  pageSize: number;
}

/** One page of the rows that match. */
export interface Rows<R> {
  items: R[];
  /** Rows that match, on all pages. */
  total: number;
  page: number;
  pageSize: number;
}

export const noLabels: Labels = Object.freeze({});

/** Rows by place, and in the orders that are asked for: a change costs nothing until somebody asks. */
export class RowTable<R extends StoreRow> {
  readonly #schema: RowSchema;
  readonly #byNamespace = new Map<string, Map<string, Entry<R>>>();
  readonly #orders = new SortedOrders<R>(() => this.entries());
  readonly #budget: RowBudget;
  #size = 0;

  /** @param budget how much it may hold; absent: as much as a cluster may */
  constructor(schema: RowSchema, budget = new RowBudget()) {
    this.#schema = schema;
    this.#budget = budget;
  }

  get size(): number {
    return this.#size;
  }

  get({ namespace = '', name }: Place): Entry<R> | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  entries(): Entry<R>[] {
    const entries: Entry<R>[] = [];
    for (const named of this.#byNamespace.values()) for (const entry of named.values()) entries.push(entry);
    return entries;
  }

  rows(): R[] {
    return this.entries().map(({ row }) => row);
  }

  labelsOf(row: R): Labels {
    return this.#entryOf(row).labels;
  }

  /** Takes a row in, in the place of whatever was there. Throws KubeError `tooLarge` where that is more than it holds. */
  put(row: R, labels: Labels): Entry<R> {
    const held = this.get(row);
    if (held) this.remove(held);
    this.#budget.take(bytesOf(row, labels));
    const entry = newEntry(row, labels);
    const { namespace = '', name } = row;
    const named = this.#byNamespace.get(namespace);
    if (named) named.set(name, entry);
    else this.#byNamespace.set(namespace, new Map([[name, entry]]));
    this.#size += 1;
    this.#orders.added(entry);
    return entry;
  }

  remove(entry: Entry<R>): void {
    const { namespace = '', name } = entry.row;
    const named = this.#byNamespace.get(namespace);
    named?.delete(name);
    if (named?.size === 0) this.#byNamespace.delete(namespace);
    entry.isHeld = false;
    this.#size -= 1;
    this.#budget.give(bytesOf(entry.row, entry.labels));
    this.#orders.removed();
  }

  /** What it holds counts no more among what all tables may hold: nobody will keep it for long. */
  release(): void {
    this.#budget.release();
  }

  /** Throws KubeError `badSelector`. */
  page({ sort, page, pageSize, ...filter }: PageQuery<R>): Rows<R> {
    const found = this.#find(sort, filter);
    const items = found.slice((page - 1) * pageSize, page * pageSize).map(({ row }) => row);
    return { items, total: found.length, page, pageSize };
  }

  /** A predicate for rows, those that are not held any more included as long as no labels are asked for. */
  matcher(filter: RowFilter<R>): (row: R) => boolean {
    const matches = entryMatcher(filter, this.#schema);
    return (row) => matches(this.#entryOf(row));
  }

  #find(sort: string | undefined, filter: RowFilter<R>): readonly Entry<R>[] {
    const key = filterKey(filter);
    if (key === '') return this.#orders.by(sort);
    const matches = entryMatcher(filter, this.#schema);
    return key === undefined
      ? this.#orders.by(sort).filter(matches)
      : this.#orders.by(sort, { key, matches });
  }

  #entryOf(row: R): Entry<R> {
    const held = this.get(row);
    if (held?.row === row) return held;
    return newEntry(row, held?.row.uid === row.uid ? held.labels : noLabels);
  }
}
