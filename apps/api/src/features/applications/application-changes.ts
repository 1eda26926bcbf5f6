import type { Database, Queries } from '../../db/database.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { unitsAt, unitsOf } from './instance-places.ts';
import type { InstancePlace, InstanceRow } from './instance.repository.ts';

interface ApplicationChangesParts {
  database: Database;
  versions: Versions;
  reconciler: Pick<Reconciler, 'want' | 'wake'>;
}

/** Changes of what should be: the rows and what a cluster is to be told of them are one transaction. */
export class ApplicationChanges {
  readonly #parts: ApplicationChangesParts;

  constructor(parts: ApplicationChangesParts) {
    this.#parts = parts;
  }

  /** Pages of every replica hear of it within a second, this one's at once. */
  async make<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const { database, versions, reconciler } = this.#parts;
    const done = await database.transaction(async (queries) => {
      const result = await work(queries);
      // last: whoever holds this row lets nobody else change anything
      await bumpVersion(queries, 'applications');
      return result;
    });
    reconciler.wake();
    await versions.refresh();
    return done;
  }

  /** Has instances written to their clusters, and what they share there. */
  async want(queries: Queries, rows: readonly InstanceRow[]): Promise<void> {
    const units = new Map(rows.flatMap((row) => unitsOf(row)).map((unit) => [JSON.stringify(unit), unit]));
    await this.#parts.reconciler.want(queries, ...units.values());
  }

  /** Has what an instance shared with others in a place looked at again. */
  async wantShared(
    queries: Queries,
    row: InstanceRow,
    place: Pick<InstancePlace, 'clusterId' | 'namespace'>,
  ): Promise<void> {
    const shared = unitsAt(row, place).filter(({ kind }) => kind === 'shared');
    await this.#parts.reconciler.want(queries, ...shared);
  }
}
