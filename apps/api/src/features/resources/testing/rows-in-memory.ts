import type { Row } from '@pilothouse/kinds';
import {
  RowTable,
  type Labels,
  type Page,
  type PageQuery,
  type RowFilter,
  type StoreState,
} from '@pilothouse/kube';
import type { RowChanges, RowProblem, RowSource } from '../row-source.ts';

/** Rows that a test changes by hand. */
export class RowsInMemory implements RowSource {
  state: StoreState = 'live';
  asOf = new Date();
  problems: RowProblem[] = [];
  readonly #table = new RowTable<Row>({ fields: {}, textFields: undefined });
  readonly #listeners = new Set<(changes: RowChanges) => void>();

  get isComplete(): boolean {
    return this.state === 'live' || this.state === 'stale';
  }

  ready(): Promise<void> {
    const [problem] = this.problems;
    return problem && !this.isComplete ? Promise.reject(problem.error) : Promise.resolve();
  }

  rows(): Row[] {
    return this.#table.rows();
  }

  labelsOf(row: Row): Labels {
    return this.#table.labelsOf(row);
  }

  page(query: PageQuery<Row>): Page<Row> {
    return { ...this.#table.page(query), asOf: this.asOf.toISOString(), state: this.state };
  }

  matcher(filter: RowFilter<Row>): (row: Row) => boolean {
    return this.#table.matcher(filter);
  }

  onChange(listener: (changes: RowChanges) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes rows and tells of it. */
  change({ upserted = [], deleted = [] }: Partial<RowChanges>): void {
    for (const row of deleted) {
      const held = this.#table.get(row);
      if (held) this.#table.remove(held);
    }
    for (const row of upserted) this.#table.put(row, {});
    for (const listener of this.#listeners) listener({ upserted, deleted });
  }
}
