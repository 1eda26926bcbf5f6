import type { Row } from '@pilothouse/kinds';
import type { Page, PageQuery, RowFilter, StoreState } from '@pilothouse/kube';
import { pageOf, type RowChanges, type RowSource } from '../row-source.ts';

/** Rows that a test changes by hand; of filters it knows namespaces only. */
export class RowsInMemory implements RowSource {
  state: StoreState = 'live';
  asOf = new Date();
  readonly #rows = new Map<string, Row>();
  readonly #listeners = new Set<(changes: RowChanges) => void>();

  ready(): Promise<void> {
    return Promise.resolve();
  }

  rows(): Row[] {
    return [...this.#rows.values()];
  }

  page({ sort, page, pageSize, ...filter }: PageQuery<Row>): Page<Row> {
    return pageOf(this.rows().filter(this.matcher(filter)), { sort, page, pageSize }, this);
  }

  matcher({ namespaces }: RowFilter<Row>): (row: Row) => boolean {
    return ({ namespace }) => namespaces === undefined || namespaces.includes(namespace ?? '');
  }

  onChange(listener: (changes: RowChanges) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes rows and tells of it. */
  change({ upserted = [], deleted = [] }: Partial<RowChanges>): void {
    for (const row of deleted) this.#rows.delete(row.uid);
    for (const row of upserted) this.#rows.set(row.uid, row);
    for (const listener of this.#listeners) listener({ upserted, deleted });
  }
}
