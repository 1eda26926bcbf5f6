import { podUsageCells, type Cells, type Row } from '@pilothouse/kinds';
import type { Labels, RowSchema, StoreState } from '@pilothouse/kube';
import { joinedProblems, type RowChanges, type RowProblem, type RowSource } from './row-source.ts';
import { TableRows } from './table-rows.ts';

const keyOf = ({ namespace = '', name }: Row) => `${namespace}/${name}`;

/**
 * Pods with what metrics.k8s.io measures of them while it does, and unknown use otherwise. Made for those who ask for it
 * alone: each round of measuring changes nearly every row.
 */
export class PodRows extends TableRows {
  readonly #pods: RowSource;
  readonly #usage: RowSource;
  /** As it is shown now, by place. */
  #used = new Map<string, Cells>();

  constructor(pods: RowSource, usage: RowSource, schema: RowSchema) {
    super(schema);
    this.#pods = pods;
    this.#usage = usage;
    this.#used = this.#measured();
    for (const row of pods.rows()) this.#put(row);
    this.follow(pods, (changes) => this.#podsChanged(changes));
    this.follow(usage, () => this.#usageChanged());
  }

  /** Until the figures have come once the order by them is none yet. */
  get state(): StoreState {
    const { state } = this.#pods;
    return state === 'live' && !this.#isMeasured ? 'syncing' : state;
  }

  get asOf(): Date {
    return this.#pods.asOf;
  }

  get isComplete(): boolean {
    return this.#pods.isComplete && this.#isMeasured;
  }

  /** They are there, or will not come. */
  get #isMeasured(): boolean {
    return this.#usage.isComplete || this.#usage.problems.length > 0;
  }

  get problems(): RowProblem[] {
    return joinedProblems(this.#pods.problems, this.#usage.problems);
  }

  /** Waits for the figures too, but does without them where they do not come. */
  async ready(signal?: AbortSignal): Promise<void> {
    await Promise.all([this.#pods.ready(signal), this.#usage.ready(signal).catch(() => undefined)]);
  }

  #podsChanged({ upserted, deleted }: RowChanges): void {
    this.remove(deleted);
    this.tell({ upserted: upserted.map((row) => this.#put(row)), deleted });
  }

  #usageChanged(): void {
    const before = this.#used;
    this.#used = this.#measured();
    const touched = this.table.entries().filter(({ row }) => {
      const [was, is] = [before.get(keyOf(row)), this.#used.get(keyOf(row))];
      return was?.cpu !== is?.cpu || was?.memory !== is?.memory;
    });
    // the state may have changed though no figure did
    this.tell({ upserted: touched.map(({ row, labels }) => this.#join(row, labels)), deleted: [] });
  }

  /** What was measured before the measuring failed is not what is used now. */
  #measured(): Map<string, Cells> {
    const rows = this.#usage.problems.length === 0 ? this.#usage.rows() : [];
    return new Map(rows.map((row) => [keyOf(row), row.cells]));
  }

  #put(row: Row): Row {
    return this.#join(row, this.#pods.labelsOf(row));
  }

  #join(row: Row, labels: Labels): Row {
    const joined = {
      ...row,
      cells: { ...row.cells, ...podUsageCells(this.#used.get(keyOf(row)), row.cells) },
    };
    this.table.put(joined, labels);
    return joined;
  }
}
