import type { Labels } from './selectors.ts';

/** What a cell holds; the text of it is its column’s business. */
export type CellValue = string | number | boolean | null;

/** One object as a list shows it: what is left of it in memory. */
export interface StoreRow {
  uid: string;
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
  name: string;
  resourceVersion: string;
  cells: Readonly<Record<string, CellValue>>;
}

/** Where an object is, whatever its uid: a name has one object at a time. */
export interface Place {
  namespace?: string | undefined;
  name: string;
}

/** A row and what only the store needs of its object. */
export interface Entry<R extends StoreRow> {
  row: R;
  labels: Labels;
  /** The last list that had it; 0: none yet. */
  list: number;
  /** Whether it is still in the set; whoever keeps entries in an order of their own looks here. */
  isHeld: boolean;
  /** What `q` looks into, once somebody has searched. */
  text: string | undefined;
}

export function newEntry<R extends StoreRow>(row: R, labels: Labels): Entry<R> {
  return { row, labels, list: 0, isHeld: true, text: undefined };
}
