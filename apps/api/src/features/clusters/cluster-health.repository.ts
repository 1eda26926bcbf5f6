import type { probe as probeSchema } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Database } from '../../db/database.ts';
import { Prisma } from '../../db/generated/client.ts';
import { newId } from '../../db/ids.ts';

export type Probe = z.output<typeof probeSchema>;

/** Probes kept per cluster. */
const retainedProbes = 200;

/** A cluster's health as it changes; `stamp` is another with every probe. */
export interface HealthStamp {
  id: string;
  stamp: string | null;
  due: boolean;
}

/** Probes and when the next ones are due. Due times are the database's, so that replicas share the work. */
export class ClusterHealthRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes up to `limit` clusters whose probe is due, for this process alone: the next is due `intervalMs` ± 10 % later.
   */
  async takeDue(limit: number, intervalMs: number): Promise<string[]> {
    return this.#database.transaction(async (tx) => {
      const due = await tx.$queryRaw<{ id: string }[]>`
        SELECT cluster_id AS id FROM cluster_health WHERE next_probe_at <= UTC_TIMESTAMP(6)
        ORDER BY next_probe_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
      for (const { id } of due) {
        const microseconds = Math.round(intervalMs * (0.9 + Math.random() * 0.2) * 1000);
        await tx.$executeRaw`
          UPDATE cluster_health SET next_probe_at = TIMESTAMPADD(MICROSECOND, ${microseconds}, UTC_TIMESTAMP(6))
          WHERE cluster_id = ${id}`;
      }
      return due.map(({ id }) => id);
    });
  }

  /** Brings the next probe forward to at most `withinMs` from now. */
  async hasten(ids: string[], withinMs: number): Promise<void> {
    const microseconds = withinMs * 1000;
    await this.#database.prisma.$executeRaw`
      UPDATE cluster_health
      SET next_probe_at = TIMESTAMPADD(MICROSECOND, ${microseconds}, UTC_TIMESTAMP(6))
      WHERE cluster_id IN (${Prisma.join(ids)})
        AND next_probe_at > TIMESTAMPADD(MICROSECOND, ${microseconds}, UTC_TIMESTAMP(6))`;
  }

  /** Records a probe; false where the cluster is gone, or a newer probe was recorded meanwhile. */
  async record(clusterId: string, probe: Probe): Promise<boolean> {
    const at = new Date(probe.at);
    const { ok, reason, latencyMs, nodes } = probe;
    // the cluster's own words
    const detail = probe.detail?.slice(0, 1000) ?? null;
    const version = probe.version?.slice(0, 64) ?? null;
    const result = { at, ok, reason, detail, version, latencyMs, nodes };
    return this.#database.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM cluster_health WHERE cluster_id = ${clusterId} FOR UPDATE`;
      const before = await tx.clusterHealth.findUnique({ where: { clusterId } });
      if (before === null || (before.at !== null && before.at > at)) return false;
      const state = ok ? 'healthy' : 'unhealthy';
      const since = before.state === state ? before.since : at;
      await tx.clusterHealth.update({ where: { clusterId }, data: { ...result, state, since } });
      await tx.clusterProbe.create({ data: { id: newId(), clusterId, ...result } });
      const [oldest] = await tx.clusterProbe.findMany({
        where: { clusterId },
        orderBy: { at: 'desc' },
        skip: retainedProbes,
        take: 1,
        select: { at: true },
      });
      if (oldest) await tx.clusterProbe.deleteMany({ where: { clusterId, at: { lte: oldest.at } } });
      return true;
    });
  }

  async stamps(): Promise<HealthStamp[]> {
    const rows = await this.#database.prisma.$queryRaw<{ id: string; stamp: string | null; due: bigint }[]>`
      SELECT cluster_id AS id, CAST(at AS CHAR) AS stamp, next_probe_at <= UTC_TIMESTAMP(6) AS due
      FROM cluster_health`;
    return rows.map((row) => ({ ...row, due: Number(row.due) === 1 }));
  }
}
