import type { StoreState } from '@pilothouse/kube';
import type { RowChanges, RowProblem } from '../row-source.ts';
import { TableRows } from '../table-rows.ts';

/** Rows that a test changes by hand. */
export class RowsInMemory extends TableRows {
  state: StoreState = 'live';
  asOf = new Date();
  problems: RowProblem[] = [];

  constructor() {
    super({ fields: {}, textFields: undefined });
  }

  get isComplete(): boolean {
    return this.state === 'live' || this.state === 'stale';
  }

  ready(): Promise<void> {
    const [problem] = this.problems;
    return problem && !this.isComplete ? Promise.reject(problem.error) : Promise.resolve();
  }

  /** Changes rows and tells of it. */
  change({ upserted = [], deleted = [] }: Partial<RowChanges>): void {
    this.remove(deleted);
    for (const row of upserted) this.table.put(row, {});
    this.tell({ upserted, deleted });
  }
}
