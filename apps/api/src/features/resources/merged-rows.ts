import type { Row } from '@pilothouse/kinds';
import type { Page, PageQuery, RowFilter, StoreState } from '@pilothouse/kube';
import { pageOf, worstState, type RowChanges, type RowSource } from './row-source.ts';

/** Stores of single namespaces as one, for credentials that may not list the whole cluster. */
export class MergedRows implements RowSource {
  readonly #parts: ReadonlyMap<string, RowSource>;

  /** Sources by the namespace each of them holds. */
  constructor(parts: ReadonlyMap<string, RowSource>) {
    this.#parts = parts;
  }

  get state(): StoreState {
    return worstState(this.#sources().map(({ state }) => state));
  }

  get asOf(): Date {
    return new Date(Math.min(...this.#sources().map(({ asOf }) => asOf.getTime())));
  }

  async ready(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#sources().map((source) => source.ready(signal)));
  }

  rows(): Row[] {
    return this.#sources().flatMap((source) => source.rows());
  }

  page({ sort, page, pageSize, ...filter }: PageQuery<Row>): Page<Row> {
    const rows = this.#sources().flatMap((source) => source.rows().filter(source.matcher(filter)));
    return pageOf(rows, { sort, page, pageSize }, this);
  }

  matcher(filter: RowFilter<Row>): (row: Row) => boolean {
    const matchers = new Map(
      [...this.#parts].map(([namespace, source]) => [namespace, source.matcher(filter)]),
    );
    return (row) => matchers.get(row.namespace ?? '')?.(row) ?? false;
  }

  onChange(listener: (changes: RowChanges) => void): () => void {
    const ends = this.#sources().map((source) => source.onChange(listener));
    return () => {
      for (const end of ends) end();
    };
  }

  #sources(): RowSource[] {
    return [...this.#parts.values()];
  }
}
