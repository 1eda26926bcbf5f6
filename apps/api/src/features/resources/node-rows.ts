import {
  addFigures,
  noFigures,
  podSums,
  roundFigures,
  type NodeFigures,
  type PodSums,
  type Row,
} from '@pilothouse/kinds';
import type { Page, PageQuery, RowFilter, StoreState } from '@pilothouse/kube';
import { pageOf, worstState, type RowChanges, type RowSource } from './row-source.ts';

/**
 * Nodes with what their pods reserve. The sums follow the pods' changes one by one; a node is counted again only by
 * the pods that came or went. Where the credential may not list pods the figures stay unknown.
 */
export class NodeRows implements RowSource {
  readonly #nodes: RowSource;
  readonly #pods: RowSource;
  readonly #sums = new Map<string, PodSums>();
  readonly #figures = new Map<string, NodeFigures>();
  readonly #listeners = new Set<(changes: RowChanges) => void>();
  readonly #ends: (() => void)[];
  #known = false;

  constructor(nodes: RowSource, pods: RowSource) {
    this.#nodes = nodes;
    this.#pods = pods;
    this.#ends = [
      pods.onChange(({ upserted, deleted }) => this.#podsChanged(upserted, deleted)),
      nodes.onChange(({ upserted, deleted }) => this.#tell(upserted, deleted)),
    ];
    this.#podsChanged(pods.rows(), []);
  }

  get state(): StoreState {
    return worstState([this.#nodes.state, this.#known ? this.#pods.state : 'live']);
  }

  get asOf(): Date {
    return this.#known && this.#pods.asOf < this.#nodes.asOf ? this.#pods.asOf : this.#nodes.asOf;
  }

  /** Waits for the pods too, but does without them where they cannot be listed. */
  async ready(signal?: AbortSignal): Promise<void> {
    await Promise.all([this.#nodes.ready(signal), this.#pods.ready(signal).catch(() => undefined)]);
    // what came with the first list may not have been told yet
    if (!this.#known) this.#podsChanged(this.#pods.rows(), []);
  }

  rows(): Row[] {
    return this.#nodes.rows().map((row) => this.#join(row));
  }

  page({ sort, page, pageSize, ...filter }: PageQuery<Row>): Page<Row> {
    const rows = this.#nodes.rows().filter(this.#nodes.matcher(filter));
    return pageOf(
      rows.map((row) => this.#join(row)),
      { sort, page, pageSize },
      this,
    );
  }

  matcher(filter: RowFilter<Row>): (row: Row) => boolean {
    return this.#nodes.matcher(filter);
  }

  onChange(listener: (changes: RowChanges) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops following the stores. */
  stop(): void {
    for (const end of this.#ends) end();
  }

  #join(row: Row): Row {
    if (!this.#known) return row;
    const figures = roundFigures(this.#figures.get(row.name) ?? noFigures());
    return { ...row, cells: { ...row.cells, ...figures } };
  }

  #podsChanged(upserted: Row[], deleted: Row[]): void {
    const touched = new Set<string>();
    for (const row of deleted) this.#take(row.uid, touched);
    for (const row of upserted) {
      this.#take(row.uid, touched);
      this.#add(row, touched);
    }
    const known = this.#known || this.#pods.state !== 'syncing';
    const becameKnown = known && !this.#known;
    this.#known = known;
    if (!known) return;
    const changed = this.#nodes.rows().filter(({ name }) => becameKnown || touched.has(name));
    this.#tell(changed, []);
  }

  #take(uid: string, touched: Set<string>): void {
    const sums = this.#sums.get(uid);
    if (sums === undefined || sums.node === null) return;
    this.#sums.delete(uid);
    const figures = this.#figures.get(sums.node);
    if (figures === undefined) return;
    addFigures(figures, sums.figures, -1);
    if (figures.pods === 0) this.#figures.delete(sums.node);
    touched.add(sums.node);
  }

  #add(row: Row, touched: Set<string>): void {
    const sums = podSums(row);
    if (sums.node === null) return;
    this.#sums.set(row.uid, sums);
    const figures = this.#figures.get(sums.node) ?? noFigures();
    addFigures(figures, sums.figures, 1);
    this.#figures.set(sums.node, figures);
    touched.add(sums.node);
  }

  #tell(upserted: Row[], deleted: Row[]): void {
    const changes = { upserted: upserted.map((row) => this.#join(row)), deleted };
    for (const listener of this.#listeners) listener(changes);
  }
}
