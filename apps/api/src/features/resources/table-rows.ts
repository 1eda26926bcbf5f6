import type { Row } from '@pilothouse/kinds';
import {
  RowTable,
  type Labels,
  type Page,
  type PageQuery,
  type RowFilter,
  type RowSchema,
  type StoreState,
} from '@pilothouse/kube';
import type { RowChanges, RowProblem, RowSource } from './row-source.ts';

/** Rows that are kept in a table of their own; what is put there is the subclass's matter. */
export abstract class TableRows implements RowSource {
  abstract readonly state: StoreState;
  abstract readonly asOf: Date;
  abstract readonly isComplete: boolean;
  abstract readonly problems: RowProblem[];
  protected readonly table: RowTable<Row>;
  readonly #listeners = new Set<(changes: RowChanges) => void>();
  readonly #ends: (() => void)[] = [];

  constructor(schema: RowSchema) {
    this.table = new RowTable(schema);
  }

  abstract ready(signal?: AbortSignal): Promise<void>;

  rows(): Row[] {
    return this.table.rows();
  }

  labelsOf(row: Row): Labels {
    return this.table.labelsOf(row);
  }

  page(query: PageQuery<Row>): Page<Row> {
    return { ...this.table.page(query), asOf: this.asOf.toISOString(), state: this.state };
  }

  matcher(filter: RowFilter<Row>): (row: Row) => boolean {
    return this.table.matcher(filter);
  }

  onChange(listener: (changes: RowChanges) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops following others. */
  stop(): void {
    for (const end of this.#ends) end();
    this.table.release();
  }

  /** Follows another's changes until {@link stop}. */
  protected follow(source: RowSource, listener: (changes: RowChanges) => void): void {
    this.#ends.push(source.onChange(listener));
  }

  /** Takes rows out of the table; not those in whose place others of the same name have come. */
  protected remove(rows: Row[]): void {
    for (const row of rows) {
      const held = this.table.get(row);
      if (held?.row.uid === row.uid) this.table.remove(held);
    }
  }

  protected tell(changes: RowChanges): void {
    for (const listener of this.#listeners) listener(changes);
  }
}
