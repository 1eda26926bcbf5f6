import type { Labels } from './selectors.ts';

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

/** A row and what only the store needs of its object. */
export interface Entry<R extends StoreRow> {
  row: R;
  labels: Labels;
}

/** Where an object is, whatever its uid: a name has one object at a time. */
export function keyOf({ namespace, name }: { namespace?: string | undefined; name: string }): string {
  return `${namespace ?? ''}/${name}`;
}
