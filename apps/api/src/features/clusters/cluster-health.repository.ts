import type { probe as probeSchema } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Database, Queries } from '../../db/database.ts';
import { Prisma } from '../../db/generated/client.ts';
import { hourOf, minuteOf, minutesOf, withProbe, type ProbeMinute } from './probe-minutes.ts';

export type Probe = z.output<typeof probeSchema>;

/** A cluster's health as it changes; `stamp` is another with every probe. */
export interface HealthStamp {
  id: string;
  stamp: string | null;
  due: boolean;
}

interface Waiting {
  clusterId: string;
  probe: Probe;
  resolve: (isNews: boolean) => void;
  reject: (error: unknown) => void;
}

/** A probe as its cluster's health. */
type HealthRow = Omit<Probe, 'at'> & { id: string; at: Date; state: 'healthy' | 'unhealthy' };

const mostTogether = 50;

function rowOf(id: string, probe: Probe): HealthRow {
  return {
    ...probe,
    id,
    at: new Date(probe.at),
    state: probe.ok ? 'healthy' : 'unhealthy',
    // the cluster's own words
    detail: probe.detail?.slice(0, 1000) ?? null,
    version: probe.version?.slice(0, 64) ?? null,
  };
}

/** Probes and when the next ones are due. Due times are the database's, so that replicas share the work. */
export class ClusterHealthRepository {
  readonly #database: Database;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes up to `limit` clusters whose probe is due, for this process alone: the next is due after `intervalMs` or up to 20 % more.
   */
  async takeDue(limit: number, intervalMs: number): Promise<string[]> {
    return this.#database.transaction(async (tx) => {
      const due = await tx.$queryRaw<{ id: string }[]>`
        SELECT cluster_id AS id FROM cluster_health WHERE next_probe_at <= UTC_TIMESTAMP(6)
        ORDER BY next_probe_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
      const ids = due.map(({ id }) => id);
      if (ids.length > 0) {
        const [least, spread] = [Math.round(intervalMs * 1000), Math.round(intervalMs * 200)];
        await tx.$executeRaw`
          UPDATE cluster_health
          SET next_probe_at = TIMESTAMPADD(MICROSECOND, ${least} + FLOOR(RAND() * ${spread}), UTC_TIMESTAMP(6))
          WHERE cluster_id IN (${Prisma.join(ids)})`;
      }
      return ids;
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

  /**
   * Records a probe; false where the cluster is gone, or a newer probe was recorded meanwhile. What comes while others are
   * written is written together with the next.
   */
  record(clusterId: string, probe: Probe): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ clusterId, probe, resolve, reject });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  /** Never rejects. */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, mostTogether);
      await this.#write(batch.map(({ clusterId, probe }) => rowOf(clusterId, probe))).then(
        (written) => batch.forEach(({ clusterId, resolve }) => resolve(written.has(clusterId))),
        (error: unknown) => batch.forEach(({ reject }) => reject(error)),
      );
    }
    this.#isWriting = false;
  }

  /** Ids of the clusters whose health it is now. */
  async #write(rows: HealthRow[]): Promise<Set<string>> {
    const ids = rows.map(({ id }) => id);
    return this.#database.transaction(async (tx) => {
      const before = await tx.$queryRaw<{ id: string; at: Date | null; ok: number | null }[]>`
        SELECT cluster_id AS id, at, ok FROM cluster_health
        WHERE cluster_id IN (${Prisma.join(ids)}) ORDER BY cluster_id FOR UPDATE`;
      const known = new Map(before.map((row) => [row.id, row]));
      const news = rows.filter(({ id, at }) => {
        const last = known.get(id);
        return last !== undefined && (last.at === null || last.at <= at);
      });
      if (news.length === 0) return new Set();
      const values = news.map(
        ({ id, state, at, ok, reason, detail, version, latencyMs, nodes }) =>
          Prisma.sql`(${id}, ${state}, ${at}, ${at}, ${ok}, ${reason}, ${detail}, ${version}, ${latencyMs}, ${nodes}, ${at})`,
      );
      // the rows are there, and locked
      await tx.$executeRaw`
        INSERT INTO cluster_health
          (cluster_id, state, since, at, ok, reason, detail, version, latency_ms, nodes, next_probe_at)
        VALUES ${Prisma.join(values)}
        ON DUPLICATE KEY UPDATE since = IF(state = VALUES(state), since, VALUES(since)), state = VALUES(state),
          at = VALUES(at), ok = VALUES(ok), reason = VALUES(reason), detail = VALUES(detail),
          version = VALUES(version), latency_ms = VALUES(latency_ms), nodes = VALUES(nodes)`;
      const unsaid = news.filter(({ id, at, ok }) => {
        const last = known.get(id);
        const isSameMinute = last?.at != null && minuteOf(last.at) === minuteOf(at);
        return !isSameMinute || (!ok && Number(last.ok) !== 0);
      });
      if (unsaid.length > 0) await this.#remember(tx, unsaid);
      return new Set(news.map(({ id }) => id));
    });
  }

  /** Once a minute, and at once where it failed. The rows of their health are locked. */
  async #remember(tx: Queries, probes: HealthRow[]): Promise<void> {
    const keyOf = (id: string, hour: Date) => `${id} ${hour.toISOString()}`;
    const stored = await tx.clusterProbeHour.findMany({
      where: {
        clusterId: { in: probes.map(({ id }) => id) },
        hour: { in: [...new Set(probes.map(({ at }) => hourOf(at).getTime()))].map((at) => new Date(at)) },
      },
    });
    const hours = new Map(stored.map((row) => [keyOf(row.clusterId, row.hour), row]));
    for (const { id, ...probe } of probes) {
      const hour = hourOf(probe.at);
      const key = keyOf(id, hour);
      hours.set(key, { clusterId: id, hour, minutes: withProbe(hours.get(key)?.minutes ?? null, probe) });
    }
    const values = [...hours.values()].map(
      ({ clusterId, hour, minutes }) => Prisma.sql`(${clusterId}, ${hour}, ${minutes})`,
    );
    await tx.$executeRaw`
      INSERT INTO cluster_probe_hours (cluster_id, hour, minutes) VALUES ${Prisma.join(values)}
      ON DUPLICATE KEY UPDATE minutes = VALUES(minutes)`;
  }

  /** What probes have found since then, minute by minute. */
  async history(clusterId: string, since: Date): Promise<ProbeMinute[]> {
    const rows = await this.#database.prisma.clusterProbeHour.findMany({
      where: { clusterId, hour: { gte: hourOf(since) } },
      orderBy: { hour: 'asc' },
    });
    return rows.flatMap(({ hour, minutes }) => minutesOf(hour, minutes)).filter(({ at }) => at >= since);
  }

  /** Drops hours before that; returns how many. */
  async prune(before: Date, most: number): Promise<number> {
    return this.#database.prisma
      .$executeRaw`DELETE FROM cluster_probe_hours WHERE hour < ${before} LIMIT ${most}`;
  }

  async stamps(): Promise<HealthStamp[]> {
    const rows = await this.#database.prisma.$queryRaw<{ id: string; stamp: string | null; due: bigint }[]>`
      SELECT cluster_id AS id, CAST(at AS CHAR) AS stamp, next_probe_at <= UTC_TIMESTAMP(6) AS due
      FROM cluster_health`;
    return rows.map((row) => ({ ...row, due: Number(row.due) === 1 }));
  }
}
