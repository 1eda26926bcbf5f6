import type { CronJobSpec } from '@pilothouse/contract';
import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { storedJson } from '../../db/stored-json.ts';
import type { Change } from '../../projects/change.ts';

export interface CronJobRow {
  id: string;
  projectId: string;
  namespaceId: string;
  name: string;
  version: number;
  spec: CronJobSpec;
  removedAt: Date | null;
  /** Null: the cluster is not registered any more. */
  clusterId: string | null;
  cluster: string;
  namespace: string;
}

const withPlace = { namespace: { select: { clusterId: true, cluster: true, namespace: true } } } as const;

/** Cron jobs of projects. */
export class CronJobRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In the order of their names. */
  async list(projectId: string): Promise<CronJobRow[]> {
    const rows = await this.#database.prisma.cronJob.findMany({
      where: { projectId },
      include: withPlace,
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
    });
    return rows.map(rowOf);
  }

  /** Null where there is none. */
  async find(id: string, queries: Queries = this.#database.prisma): Promise<CronJobRow | null> {
    const row = await queries.cronJob.findUnique({ where: { id }, include: withPlace });
    return row === null ? null : rowOf(row);
  }

  /** As they are, locked until the transaction ends; those that there are. */
  async lock(queries: Queries, ids: readonly string[]): Promise<CronJobRow[]> {
    const found: CronJobRow[] = [];
    // in one order, so that two who lock the same wait and do not block each other
    for (const id of ids.toSorted()) {
      await queries.$queryRaw`SELECT id FROM cron_jobs WHERE id = ${id} FOR UPDATE`;
      const row = await this.find(id, queries);
      if (row !== null) found.push(row);
    }
    return found;
  }

  /** Rejects where the namespace has one of that name. */
  async create(
    queries: Queries,
    row: Pick<CronJobRow, 'projectId' | 'namespaceId' | 'name' | 'spec'>,
    change: Change,
  ): Promise<string> {
    const id = newId();
    const now = new Date();
    await queries.cronJob.create({
      data: { id, ...row, spec: storedJson(row.spec), ...change, version: 1, createdAt: now, updatedAt: now },
    });
    return id;
  }

  /** Inside {@link lock}. */
  async renew(
    queries: Queries,
    { id, version }: Pick<CronJobRow, 'id' | 'version'>,
    spec: CronJobSpec,
    change: Change,
  ): Promise<void> {
    await queries.cronJob.update({
      where: { id },
      data: { spec: storedJson(spec), ...change, version: version + 1, updatedAt: new Date() },
    });
  }

  async markRemoved(queries: Queries, id: string): Promise<void> {
    await queries.cronJob.updateMany({ where: { id, removedAt: null }, data: { removedAt: new Date() } });
  }

  async remove(queries: Queries, id: string): Promise<void> {
    await queries.cronJob.deleteMany({ where: { id } });
  }
}

function rowOf({
  namespace: place,
  ...row
}: Prisma.CronJobGetPayload<{ include: typeof withPlace }>): CronJobRow {
  const { id, projectId, namespaceId, name, version, removedAt } = row;
  return { id, projectId, namespaceId, name, version, removedAt, spec: row.spec as CronJobSpec, ...place };
}
