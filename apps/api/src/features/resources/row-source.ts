import type { Row } from '@pilothouse/kinds';
import { sortRows, type Page, type PageQuery, type RowFilter, type StoreState } from '@pilothouse/kube';

export interface RowChanges {
  upserted: Row[];
  deleted: Row[];
}

/** Rows of one kind, kept up to date: one store, or several that look like one. */
export interface RowSource {
  readonly state: StoreState;
  readonly asOf: Date;
  /** Resolves when the rows are complete; rejects with the KubeError that keeps them from it. */
  ready(signal?: AbortSignal): Promise<void>;
  rows(): Row[];
  page(query: PageQuery<Row>): Page<Row>;
  matcher(filter: RowFilter<Row>): (row: Row) => boolean;
  /** Batches of changes; both lists are empty when only the state changed. Returns how to stop listening. */
  onChange(listener: (changes: RowChanges) => void): () => void;
}

/** A page of rows that were already chosen. */
export function pageOf(
  rows: Row[],
  { sort, page, pageSize }: Pick<PageQuery<Row>, 'sort' | 'page' | 'pageSize'>,
  { asOf, state }: Pick<RowSource, 'asOf' | 'state'>,
): Page<Row> {
  const items = sortRows(rows, sort).slice((page - 1) * pageSize, page * pageSize);
  return { items, total: rows.length, page, pageSize, asOf: asOf.toISOString(), state };
}

/** The state of several together: as good as the worst. */
export function worstState(states: StoreState[]): StoreState {
  if (states.includes('syncing')) return 'syncing';
  return states.includes('stale') ? 'stale' : 'live';
}
