import {
  addFigures,
  figureCells,
  noFigures,
  podSums,
  usageCells,
  type Cells,
  type NodeFigures,
  type Row,
} from '@pilothouse/kinds';
import type { Labels, RowSchema, StoreState } from '@pilothouse/kube';
import { joinedProblems, worstState, type RowProblem, type RowSource } from './row-source.ts';
import { TableRows } from './table-rows.ts';

/**
 * Nodes with what their pods reserve. The sums follow the pods' changes one by one; a node's row is made again only
 * when the node changes, or when a pod of it came or went. Where the credential may not list pods the figures stay
 * unknown; usage is what metrics.k8s.io says while it says something, and unknown otherwise.
 */
export class NodeRows extends TableRows {
  readonly #nodes: RowSource;
  readonly #pods: RowSource;
  /** Usage by node; absent where the cluster has no metrics.k8s.io. */
  readonly #usage: RowSource | undefined;
  /** As it is shown now, by node. */
  #used = new Map<string, Cells>();
  /** Pods as they are counted now, by uid. */
  readonly #counted = new Map<string, Row>();
  readonly #figures = new Map<string, NodeFigures>();
  /** Whether the pods were counted since their first list was complete. */
  #known = false;

  constructor(nodes: RowSource, pods: RowSource, schema: RowSchema, usage?: RowSource) {
    super(schema);
    this.#nodes = nodes;
    this.#pods = pods;
    this.#usage = usage;
    this.follow(pods, ({ upserted, deleted }) => this.#podsChanged(upserted, deleted));
    this.follow(nodes, ({ upserted, deleted }) => this.#nodesChanged(upserted, deleted));
    if (usage !== undefined) this.follow(usage, () => this.#usageChanged());
    this.#podsChanged(pods.rows(), []);
    this.#nodesChanged(nodes.rows(), []);
    this.#usageChanged();
  }

  /** Until usage has come once the order by it is none yet. */
  get state(): StoreState {
    const state = worstState([this.#nodes.state, this.#known ? this.#pods.state : 'live']);
    const usage = this.#usage;
    const isAwaited = usage !== undefined && !usage.isComplete && usage.problems.length === 0;
    return state === 'live' && isAwaited ? 'syncing' : state;
  }

  get asOf(): Date {
    return this.#known && this.#pods.asOf < this.#nodes.asOf ? this.#pods.asOf : this.#nodes.asOf;
  }

  get isComplete(): boolean {
    return this.#nodes.isComplete && this.#known;
  }

  /** The nodes' own, and the pods' where figures are shown. */
  get problems(): RowProblem[] {
    return joinedProblems(this.#nodes.problems, this.#known ? this.#pods.problems : []);
  }

  /** Waits for the pods too, but does without them where they cannot be listed. */
  async ready(signal?: AbortSignal): Promise<void> {
    await Promise.all([this.#nodes.ready(signal), this.#pods.ready(signal).catch(() => undefined)]);
  }

  #nodesChanged(upserted: Row[], deleted: Row[]): void {
    this.remove(deleted);
    this.tell({ upserted: upserted.map((row) => this.#put(row, this.#nodes.labelsOf(row))), deleted });
  }

  #podsChanged(upserted: Row[], deleted: Row[]): void {
    const touched = new Set<string>();
    for (const { uid } of deleted) this.#take(uid, touched);
    for (const row of upserted) {
      if (this.#counted.get(row.uid) === row) continue;
      this.#take(row.uid, touched);
      this.#add(row, touched);
    }
    const becomesKnown = !this.#known && this.#pods.isComplete;
    if (becomesKnown) this.#known = true;
    if (!this.#known) return;
    const entries = becomesKnown
      ? this.table.entries()
      : [...touched].map((name) => this.table.get({ name }));
    const shown = entries.filter((entry) => entry !== undefined);
    this.tell({ upserted: shown.map(({ row, labels }) => this.#put(row, labels)), deleted: [] });
  }

  /** What was measured before the measuring failed is not what is used now. */
  #usageChanged(): void {
    const rows = this.#usage?.problems.length === 0 ? this.#usage.rows() : [];
    const before = this.#used;
    this.#used = new Map(rows.map(({ name, cells }) => [name, cells]));
    const touched = this.table.entries().filter(({ row: { name } }) => {
      const [was, is] = [before.get(name), this.#used.get(name)];
      return was?.cpu !== is?.cpu || was?.memory !== is?.memory;
    });
    // the state may have changed though no figure did
    this.tell({ upserted: touched.map(({ row, labels }) => this.#put(row, labels)), deleted: [] });
  }

  #put(row: Row, labels: Labels): Row {
    const usage = this.#usage === undefined ? {} : usageCells(this.#used.get(row.name), row.cells);
    const joined = {
      ...row,
      cells: { ...row.cells, ...(this.#known ? this.#figuresOf(row) : {}), ...usage },
    };
    this.table.put(joined, labels);
    return joined;
  }

  #figuresOf({ name, cells }: Row): Cells {
    return figureCells(this.#figures.get(name) ?? noFigures(), cells);
  }

  #take(uid: string, touched: Set<string>): void {
    const counted = this.#counted.get(uid);
    if (counted === undefined) return;
    this.#counted.delete(uid);
    this.#count(counted, -1, touched);
  }

  #add(row: Row, touched: Set<string>): void {
    if (this.#count(row, 1, touched)) this.#counted.set(row.uid, row);
  }

  /** False where the pod reserves nothing. */
  #count(row: Row, sign: 1 | -1, touched: Set<string>): boolean {
    const { node, figures: share } = podSums(row);
    if (node === null) return false;
    const figures = this.#figures.get(node) ?? noFigures();
    addFigures(figures, share, sign);
    if (figures.pods === 0) this.#figures.delete(node);
    else this.#figures.set(node, figures);
    touched.add(node);
    return true;
  }
}
