import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { Processes } from '../../db/processes.ts';
import { dayMs } from '../../db/retention.ts';
import { startTestDatabase, type TestServer } from '../../testing/test-database.ts';
import { resolutions, type UsagePoint } from './usage-point.ts';
import { UsageRepository } from './usage.repository.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const [fine, middle, coarse] = resolutions;
const target = 'core/nodes/_/n1';
/** The beginning of an hour, of a block of each resolution. */
const start = Math.floor(Date.UTC(2026, 5, 1) / (240 * hourMs)) * 240 * hourMs;

let server: TestServer;
let database: Database;
let repository: UsageRepository;
let cluster: string;

beforeAll(async () => {
  server = await startTestDatabase();
  database = createDatabase(server.url);
  repository = new UsageRepository(database);
});
afterAll(async () => {
  await database?.close();
  await server?.stop();
});
beforeEach(async () => {
  await database.prisma.cluster.deleteMany();
  await database.prisma.process.deleteMany();
  cluster = await newCluster(true);
});

async function newCluster(keepsUsage: boolean): Promise<string> {
  const id = newId();
  const now = new Date();
  const data = {
    id,
    name: `c-${id.slice(-12)}`,
    displayName: '',
    environment: 'test',
    description: '',
    owner: '',
    labels: {},
    timeoutMs: 1000,
    keepsUsage,
    server: 'https://127.0.0.1:2',
    context: 'c',
    insecureSkipTlsVerify: false,
    source: 'pasted',
    credential: Buffer.from('x'),
    connectionVersion: 1,
    createdAt: now,
    updatedAt: now,
  };
  await database.prisma.cluster.create({ data });
  return id;
}

/** A process of the platform that lives until it is killed: then nobody renews what it said. */
async function newProcess(leaseMs = 60_000): Promise<string> {
  const id = newId();
  await database.prisma.process.create({ data: { id, leaseUntil: new Date(Date.now() + leaseMs) } });
  return id;
}

const point = (amount: number): UsagePoint => ({
  cpu: amount,
  cpuPeak: amount,
  memory: amount * 1024,
  memoryPeak: amount * 1024,
  cpuRequests: 500,
  cpuLimits: 1000,
  memoryRequests: 2048,
  memoryLimits: 4096,
});

async function keep(owner: string, minute: number, amount: number | null): Promise<void> {
  const points = new Map(amount === null ? [] : [[target, point(amount)]]);
  await repository.addMinute(cluster, owner, new Date(start + minute * minuteMs), points);
}

const memoryOf = async (resolution: (typeof resolutions)[number], minutes: number) =>
  (await repository.read(cluster, target, resolution, [start, start + minutes * minuteMs])).map((each) =>
    each === null ? null : each.memory / 1024,
  );

test('a cluster has one keeper; what a dead one kept is taken over, what is switched off is let go', async () => {
  const [first, second] = [await newProcess(), await newProcess()];
  const quiet = await newCluster(false);
  const held = await Promise.all([repository.lease(first), repository.lease(second)]);
  expect(held.flat()).toEqual([cluster]);
  const [keeper, other] = held[0]?.length === 1 ? [first, second] : [second, first];
  expect(await repository.lease(keeper)).toEqual([cluster]);
  expect(await repository.lease(other)).toEqual([]);

  // killed: the others find its lease over and drop it, as processes do
  await database.prisma.process.update({
    where: { id: keeper },
    data: { leaseUntil: new Date(Date.now() - 1) },
  });
  const living = new Processes(database, (error) => expect.unreachable(String(error)), {
    leaseMs: 60_000,
    renewMs: 50,
  });
  await living.start();
  await expect.poll(() => repository.lease(living.id)).toEqual([cluster]);
  expect(await repository.lease(other)).toEqual([]);
  // woken up after all, it keeps nothing
  await keep(keeper, 0, 7);
  expect(await memoryOf(fine, 1)).toEqual([null]);
  await keep(living.id, 0, 8);
  expect(await memoryOf(fine, 1)).toEqual([8]);

  await database.prisma.cluster.update({ where: { id: cluster }, data: { keepsUsage: false } });
  expect(await repository.lease(living.id)).toEqual([]);
  expect(await database.prisma.usageLease.count()).toBe(0);
  expect(quiet).not.toBe(cluster);
  await living.stop();
});

test('what is kept reads the same before and after it is packed: gaps stay gaps, a minute counts once', async () => {
  const owner = await newProcess();
  await repository.lease(owner);
  const minutes = Array.from({ length: 130 }, (_, minute) =>
    minute % 7 === 3 || (minute >= 60 && minute < 66) ? null : minute,
  );
  for (const [minute, amount] of minutes.entries()) await keep(owner, minute, amount);
  await keep(owner, 10, 9999);
  const read = async () => [
    await memoryOf(fine, 130),
    await memoryOf(middle, 130),
    await memoryOf(coarse, 180),
  ];
  const before = await read();
  expect(before[0]).toEqual(minutes);
  // of five minutes that nobody measured there is no mean
  expect(before[1]?.[12]).toBeNull();
  expect(before[1]?.[0]).toBe(Math.round((0 + 1 + 2 + 4) / 4));

  expect(await repository.packHour(cluster, owner, start + hourMs - 1)).toBe(false);
  expect(await repository.packHour(cluster, owner, start + 130 * minuteMs)).toBe(true);
  expect(await repository.packHour(cluster, owner, start + 130 * minuteMs)).toBe(true);
  expect(await repository.packHour(cluster, owner, start + 130 * minuteMs)).toBe(false);
  expect(await read()).toEqual(before);
  expect(await database.prisma.usageFrame.count()).toBe(10);
  expect(await database.prisma.usageBlock.count()).toBe(4);
  const [hour] = await repository.read(cluster, target, coarse, [start, start + hourMs]);
  expect(hour).toMatchObject({ memoryPeak: 58 * 1024, cpuRequests: 500, memoryLimits: 4096 });
});

test('only the keeper packs, and nothing is lost when it is another one that goes on', async () => {
  const [first, second] = [await newProcess(), await newProcess()];
  await repository.lease(first);
  for (let minute = 0; minute < 30; minute += 1) await keep(first, minute, minute);
  expect(await repository.packHour(cluster, second, start + 2 * hourMs)).toBe(false);
  await repository.release(first);
  expect(await repository.lease(second)).toEqual([cluster]);
  for (let minute = 31; minute < 60; minute += 1) await keep(second, minute, minute);
  expect(await repository.packHour(cluster, second, start + 2 * hourMs)).toBe(true);
  const kept = await memoryOf(fine, 60);
  expect(kept[30]).toBeNull();
  expect(kept.filter((amount) => amount !== null)).toHaveLength(59);
});

test('each resolution goes when its time is over, and a series with its last block', async () => {
  const owner = await newProcess();
  await repository.lease(owner);
  for (let minute = 0; minute < 60; minute += 1) await keep(owner, minute, 1);
  await repository.packHour(cluster, owner, start + 2 * hourMs);
  const pruneAt = async (now: number) => {
    for (const resolution of resolutions)
      await repository.pruneBlocks(resolution, new Date(now - resolution.keepDays * dayMs), 100);
    await repository.pruneSeries(new Date(now - coarse.keepDays * dayMs), 100);
    const blocks = await database.prisma.usageBlock.findMany({ orderBy: { resolution: 'asc' } });
    return blocks.map(({ resolution }) => resolution);
  };
  expect(await pruneAt(start + dayMs)).toEqual([60, 300, 3600]);
  expect(await pruneAt(start + dayMs + 2 * hourMs)).toEqual([300, 3600]);
  expect(await pruneAt(start + 8 * dayMs + hourMs)).toEqual([3600]);
  expect(await pruneAt(start + 101 * dayMs)).toEqual([]);
  expect(await database.prisma.usageSeries.count()).toBe(0);
});

test('a cluster that is removed takes all of it along', async () => {
  const owner = await newProcess();
  await repository.lease(owner);
  for (let minute = 0; minute < 70; minute += 1) await keep(owner, minute, 1);
  await repository.packHour(cluster, owner, start + 65 * minuteMs);
  await database.prisma.cluster.delete({ where: { id: cluster } });
  const left = [
    database.prisma.usageFrame.count(),
    database.prisma.usageSeries.count(),
    database.prisma.usageBlock.count(),
  ];
  expect(await Promise.all(left)).toEqual([0, 0, 0]);
});
