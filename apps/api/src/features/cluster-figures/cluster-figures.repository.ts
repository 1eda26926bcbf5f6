import type { Database } from '../../db/database.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { Counts, NamespaceRequests, Requests, Sweep } from './count-cluster.ts';

/** A cluster's figures as they were last found. */
export interface StoredFigures {
  clusterId: string;
  counts: Counts | null;
  countedAt: Date | null;
  requests: Requests | null;
  sweptAt: Date | null;
}

/** The two kinds of work there are; a name of a column must never come from outside. */
export type Work = 'count' | 'sweep';

/** Figures of clusters and when they are due. Due times are the database's, so that replicas share the work. */
export class ClusterFiguresRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Gives clusters that are new their row: both kinds of work are due, spread over `spreadMs`. */
  async addMissing(spreadMs: number): Promise<void> {
    const microseconds = spreadMs * 1000;
    await this.#database.prisma.$executeRaw`
      INSERT IGNORE INTO cluster_figures (cluster_id, next_count_at, next_sweep_at)
      SELECT id, UTC_TIMESTAMP(6), TIMESTAMPADD(MICROSECOND, FLOOR(RAND() * ${microseconds}), UTC_TIMESTAMP(6))
      FROM clusters WHERE id NOT IN (SELECT cluster_id FROM cluster_figures)`;
  }

  /** Takes up to `limit` healthy clusters whose work is due, for this process alone; until it is done or `withinMs` are over. */
  async takeDue(work: Work, limit: number, withinMs: number): Promise<string[]> {
    const microseconds = withinMs * 1000;
    const column = Prisma.raw(work === 'count' ? 'next_count_at' : 'next_sweep_at');
    return this.#database.transaction(async (tx) => {
      const due = await tx.$queryRaw<{ id: string }[]>`
        SELECT cluster_id AS id FROM cluster_figures
        WHERE ${column} <= UTC_TIMESTAMP(6)
          AND cluster_id IN (SELECT cluster_id FROM cluster_health WHERE state = 'healthy')
        ORDER BY ${column} LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
      const ids = due.map(({ id }) => id);
      if (ids.length > 0)
        await tx.$executeRaw`
          UPDATE cluster_figures SET ${column} = TIMESTAMPADD(MICROSECOND, ${microseconds}, UTC_TIMESTAMP(6))
          WHERE cluster_id IN (${Prisma.join(ids)})`;
      return ids;
    });
  }

  async counted(clusterId: string, counts: Counts, nextInMs: number): Promise<void> {
    const microseconds = Math.round(nextInMs * 1000);
    await this.#database.prisma.$executeRaw`
      UPDATE cluster_figures SET counts = ${JSON.stringify(counts)}, counted_at = UTC_TIMESTAMP(6),
        next_count_at = TIMESTAMPADD(MICROSECOND, ${microseconds}, UTC_TIMESTAMP(6))
      WHERE cluster_id = ${clusterId}`;
  }

  async swept(clusterId: string, sweep: Sweep | null, nextInMs: number): Promise<void> {
    const microseconds = Math.round(nextInMs * 1000);
    const [requests, namespaces] = [sweep?.requests ?? null, sweep?.namespaces ?? null];
    await this.#database.prisma.$executeRaw`
      UPDATE cluster_figures SET requests = ${JSON.stringify(requests)},
        namespaces = ${JSON.stringify(namespaces)}, swept_at = UTC_TIMESTAMP(6),
        next_sweep_at = TIMESTAMPADD(MICROSECOND, ${microseconds}, UTC_TIMESTAMP(6))
      WHERE cluster_id = ${clusterId}`;
  }

  /** Brings the next count of these forward to `afterMs` after the last one. */
  async hasten(ids: string[], afterMs: number): Promise<void> {
    const microseconds = afterMs * 1000;
    await this.#database.prisma.$executeRaw`
      UPDATE cluster_figures SET next_count_at = TIMESTAMPADD(MICROSECOND, ${microseconds}, counted_at)
      WHERE cluster_id IN (${Prisma.join(ids)})
        AND next_count_at > TIMESTAMPADD(MICROSECOND, ${microseconds}, counted_at)`;
  }

  /** By namespace, and when that was found. */
  async namespaces(
    clusterId: string,
  ): Promise<{ sweptAt: Date | null; namespaces: Record<string, NamespaceRequests> | null }> {
    const row = await this.#database.prisma.clusterFigures.findUnique({
      where: { clusterId },
      select: { sweptAt: true, namespaces: true },
    });
    const namespaces = (row?.namespaces ?? null) as Record<string, NamespaceRequests> | null;
    return { sweptAt: namespaces === null ? null : (row?.sweptAt ?? null), namespaces };
  }

  async list(ids?: string[]): Promise<StoredFigures[]> {
    const where = ids === undefined ? {} : { clusterId: { in: ids } };
    const rows = await this.#database.prisma.clusterFigures.findMany({ where, omit: { namespaces: true } });
    return rows.map((row) => ({
      ...row,
      counts: row.counts as Counts | null,
      requests: row.requests as Requests | null,
    }));
  }
}
