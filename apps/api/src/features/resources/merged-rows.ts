import type { Row } from '@pilothouse/kinds';
import {
  sortRows,
  type Labels,
  type Page,
  type PageQuery,
  type RowFilter,
  type StoreState,
} from '@pilothouse/kube';
import { worstState, type RowChanges, type RowProblem, type RowSource } from './row-source.ts';

/**
 * Stores of single namespaces as one, for credentials that may not list the whole cluster. Namespaces that it may not
 * list either are named, and are in nobody's way.
 */
export class MergedRows implements RowSource {
  readonly #parts: ReadonlyMap<string, RowSource>;

  /** Sources by the namespace each of them holds; at least one. */
  constructor(parts: ReadonlyMap<string, RowSource>) {
    this.#parts = parts;
  }

  get state(): StoreState {
    return worstState(this.#served().map(({ state }) => state));
  }

  get asOf(): Date {
    return new Date(Math.min(...this.#served().map(({ asOf }) => asOf.getTime())));
  }

  get isComplete(): boolean {
    const sources = this.#sources();
    return (
      sources.some(({ isComplete }) => isComplete) &&
      sources.every(({ isComplete, problems }) => isComplete || problems.length > 0)
    );
  }

  get problems(): RowProblem[] {
    return [...this.#parts].flatMap(([namespace, { problems }]) =>
      problems.map(({ error }) => ({ namespace, error })),
    );
  }

  /** Waits for every namespace, and is content with one. */
  async ready(signal?: AbortSignal): Promise<void> {
    const ends = await Promise.allSettled(this.#sources().map((source) => source.ready(signal)));
    const failed = ends.filter(({ status }) => status === 'rejected');
    if (failed.length === ends.length) throw (failed[0] as PromiseRejectedResult).reason;
  }

  rows(): Row[] {
    return this.#sources().flatMap((source) => source.rows());
  }

  labelsOf(row: Row): Labels {
    return this.#parts.get(row.namespace ?? '')?.labelsOf(row) ?? {};
  }

  /** Each part gives what could be on the page by its own order; only that is put in order again. */
  page(query: PageQuery<Row>): Page<Row> {
    const { sort, page, pageSize } = query;
    const parts = this.#sources().map((source) =>
      source.page({ ...query, page: 1, pageSize: page * pageSize }),
    );
    const candidates = sortRows(
      parts.flatMap(({ items }) => items),
      sort,
    );
    return {
      items: candidates.slice((page - 1) * pageSize, page * pageSize),
      total: parts.reduce((sum, { total }) => sum + total, 0),
      page,
      pageSize,
      asOf: this.asOf.toISOString(),
      state: this.state,
    };
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

  /** Those that the cluster lets us list; all of them where it is none. */
  #served(): RowSource[] {
    const served = this.#sources().filter(({ state }) => state !== 'denied');
    return served.length > 0 ? served : this.#sources();
  }
}
