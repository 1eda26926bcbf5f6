import type { Database, Queries } from '../../db/database.ts';
import { packFrame, packPoints, unpackFrame, unpackPoints } from './pack-usage.ts';
import {
  blockMs,
  blockStart,
  coarser,
  resolutions,
  type Resolution,
  type UsagePoint,
  type UsagePoints,
} from './usage-point.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Clusters taken over in one go: processes that start together share them. */
const mostTaken = 5;

/** Use of clusters as it is kept, and which process keeps it. */
export class UsageRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The clusters whose use `owner` keeps. What nobody keeps, or a process that is gone kept, is taken over; each cluster
   * has one keeper at any time.
   */
  async lease(owner: string): Promise<string[]> {
    const { prisma } = this.#database;
    // without a lock, for nearly always there is nothing to take
    const clusters = await prisma.$queryRaw<
      { id: string; keeps: number | boolean; owner: string | null; alive: string | null }[]
    >`SELECT c.id, c.keeps_usage AS keeps, l.owner, p.id AS alive FROM clusters c
      LEFT JOIN usage_leases l ON l.cluster_id = c.id LEFT JOIN processes p ON p.id = l.owner
      WHERE c.keeps_usage OR l.owner IS NOT NULL ORDER BY c.id`;
    const kept = clusters.filter(({ keeps }) => Boolean(keeps));
    for (const { id } of clusters.filter(({ keeps }) => !keeps))
      await prisma.usageLease.deleteMany({ where: { clusterId: id, owner } });
    const held = kept.filter((cluster) => cluster.owner === owner).map(({ id }) => id);
    for (const cluster of kept.filter(({ alive }) => alive === null).slice(0, mostTaken)) {
      if (await this.#take(cluster.id, cluster.owner, owner)) held.push(cluster.id);
    }
    return held;
  }

  /** Leaves all that `owner` keeps to others. */
  async release(owner: string): Promise<void> {
    await this.#database.prisma.usageLease.deleteMany({ where: { owner } });
  }

  /** Keeps a minute; false where another keeps the cluster's use by now. The same minute again changes nothing. */
  async addMinute(
    clusterId: string,
    owner: string,
    at: Date,
    points: ReadonlyMap<string, UsagePoint>,
  ): Promise<boolean> {
    const ids = await this.#seriesOf(clusterId, [...points.keys()], at);
    const byId = new Map([...points].map(([target, point]) => [ids.get(target) ?? 0, point]));
    const data = packFrame(byId);
    await this.#database.prisma.$executeRaw`
      INSERT IGNORE INTO usage_frames (cluster_id, at, data)
      SELECT cluster_id, ${at}, ${data} FROM usage_leases WHERE cluster_id = ${clusterId} AND owner = ${owner}`;
    return (await this.#database.prisma.usageLease.count({ where: { clusterId, owner } })) > 0;
  }

  /** Packs the oldest hour of minutes that ended before `before`; false where there is none, or another keeps them. */
  async packHour(clusterId: string, owner: string, before: number): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const leases = await tx.$queryRaw<unknown[]>`
        SELECT cluster_id FROM usage_leases WHERE cluster_id = ${clusterId} AND owner = ${owner} FOR UPDATE`;
      if (leases.length === 0) return false;
      const oldest = await tx.usageFrame.findFirst({
        where: { clusterId },
        select: { at: true },
        orderBy: { at: 'asc' },
      });
      const hour = Math.floor((oldest?.at.getTime() ?? Infinity) / hourMs) * hourMs;
      if (!(hour + hourMs <= before)) return false;
      const inHour = { clusterId, at: { gte: new Date(hour), lt: new Date(hour + hourMs) } };
      const frames = await tx.usageFrame.findMany({ where: inHour, orderBy: { at: 'asc' } });
      const minutes = new Map<number, UsagePoints>();
      for (const { at, data } of frames) {
        for (const [series, point] of unpackFrame(data)) {
          const points = minutes.get(series) ?? Array.from({ length: hourMs / minuteMs }, () => null);
          points[(at.getTime() - hour) / minuteMs] = point;
          minutes.set(series, points);
        }
      }
      // a series may have gone with its time
      const known = await tx.usageSeries.findMany({
        where: { id: { in: [...minutes.keys()] } },
        select: { id: true },
      });
      const ids = known.map(({ id }) => id);
      for (const resolution of resolutions) await addPoints(tx, resolution, hour, ids, minutes);
      await tx.usageSeries.updateMany({ where: { id: { in: ids } }, data: { lastAt: new Date(hour) } });
      await tx.usageFrame.deleteMany({ where: inHour });
      return true;
    });
  }

  /** The points of a target from `from` up to (not with) `to`, both on the steps of the resolution. */
  async read(
    clusterId: string,
    target: string,
    resolution: Resolution,
    [from, to]: [from: number, to: number],
  ): Promise<UsagePoints> {
    const { prisma } = this.#database;
    const stepMs = resolution.seconds * 1000;
    const points: UsagePoints = Array.from({ length: (to - from) / stepMs }, () => null);
    const put = (start: number, given: UsagePoints) => {
      for (const [index, point] of given.entries()) {
        const place = (start - from) / stepMs + index;
        if (point !== null && place >= 0 && place < points.length) points[place] = point;
      }
    };
    const series = await prisma.usageSeries.findUnique({
      where: { clusterId_target: { clusterId, target } },
      select: { id: true },
    });
    if (series === null) return points;
    const blocks = await prisma.usageBlock.findMany({
      where: {
        seriesId: series.id,
        resolution: resolution.seconds,
        startAt: { gte: new Date(blockStart(resolution, from)) },
      },
    });
    for (const { startAt, data } of blocks) put(startAt.getTime(), unpackPoints(data));
    await this.#readMinutes(clusterId, series.id, stepMs, put);
    return points;
  }

  /** Whether the use of a cluster is kept; undefined where there is no such cluster. */
  async keeps(clusterId: string): Promise<boolean | undefined> {
    const where = { id: clusterId };
    const cluster = await this.#database.prisma.cluster.findUnique({ where, select: { keepsUsage: true } });
    return cluster?.keepsUsage;
  }

  /** Drops blocks of a resolution that ended before. */
  async pruneBlocks(resolution: Resolution, before: Date, most: number): Promise<number> {
    const start = new Date(before.getTime() - blockMs(resolution));
    return this.#database.prisma.$executeRaw`
      DELETE FROM usage_blocks WHERE resolution = ${resolution.seconds} AND start_at < ${start} LIMIT ${most}`;
  }

  /** Drops minutes that nobody packed: of clusters whose use is kept no more. */
  async pruneMinutes(before: Date, most: number): Promise<number> {
    return this.#database.prisma.$executeRaw`DELETE FROM usage_frames WHERE at < ${before} LIMIT ${most}`;
  }

  async pruneSeries(before: Date, most: number): Promise<number> {
    return this.#database.prisma
      .$executeRaw`DELETE FROM usage_series WHERE last_at < ${before} LIMIT ${most}`;
  }

  async #take(clusterId: string, from: string | null, owner: string): Promise<boolean> {
    const { prisma } = this.#database;
    const taken =
      from === null
        ? await prisma.usageLease.createMany({ data: [{ clusterId, owner }], skipDuplicates: true })
        : await prisma.usageLease.updateMany({ where: { clusterId, owner: from }, data: { owner } });
    return taken.count === 1;
  }

  /** The numbers of series; what is new gets one. */
  async #seriesOf(clusterId: string, targets: string[], at: Date): Promise<Map<string, number>> {
    const { prisma } = this.#database;
    const read = async () => {
      const rows = await prisma.usageSeries.findMany({
        where: { clusterId },
        select: { id: true, target: true },
      });
      return new Map(rows.map(({ id, target }) => [target, id]));
    };
    const known = await read();
    const missing = targets.filter((target) => !known.has(target));
    if (missing.length === 0) return known;
    const data = missing.map((target) => ({ clusterId, target, lastAt: at }));
    await prisma.usageSeries.createMany({ data, skipDuplicates: true });
    return read();
  }

  /** What is not packed yet, in steps of the resolution. */
  async #readMinutes(
    clusterId: string,
    series: number,
    stepMs: number,
    put: (start: number, points: UsagePoints) => void,
  ): Promise<void> {
    const frames = await this.#database.prisma.usageFrame.findMany({
      where: { clusterId },
      orderBy: { at: 'asc' },
    });
    const first = frames[0]?.at.getTime();
    if (first === undefined) return;
    const start = Math.floor(first / stepMs) * stepMs;
    const last = frames.at(-1)?.at.getTime() ?? first;
    const minutes: UsagePoints = Array.from({ length: (last - start) / minuteMs + 1 }, () => null);
    for (const { at, data } of frames)
      minutes[(at.getTime() - start) / minuteMs] = unpackFrame(data).get(series) ?? null;
    put(start, coarser(minutes, stepMs / minuteMs));
  }
}

/** Adds the minutes of an hour to the blocks they belong in. */
async function addPoints(
  tx: Queries,
  resolution: Resolution,
  hour: number,
  ids: number[],
  minutes: ReadonlyMap<number, UsagePoints>,
): Promise<void> {
  const start = blockStart(resolution, hour);
  const block = { resolution: resolution.seconds, startAt: new Date(start) };
  const where = { ...block, seriesId: { in: ids } };
  const there = new Map(
    (await tx.usageBlock.findMany({ where })).map(({ seriesId, data }) => [seriesId, unpackPoints(data)]),
  );
  const offset = (hour - start) / (resolution.seconds * 1000);
  const data = ids.map((seriesId) => {
    const points: UsagePoints = there.get(seriesId) ?? Array.from({ length: resolution.slots }, () => null);
    for (const [index, point] of coarser(minutes.get(seriesId) ?? [], resolution.seconds / 60).entries())
      if (point !== null) points[offset + index] = point;
    return { ...block, seriesId, data: packPoints(points) };
  });
  await tx.usageBlock.deleteMany({ where });
  await tx.usageBlock.createMany({ data });
}
