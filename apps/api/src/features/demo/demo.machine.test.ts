// Depends on: apps/api/src/features/demo, apps/api/src/operations, tools/control-plane
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clusterStatus } from '@pilothouse/control-plane';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readConfig, type Config } from '../../config.ts';
import { Container } from '../../container.ts';
import { createDatabase, type Database } from '../../db/database.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { startTestDatabase, type TestServer } from '../../testing/test-database.ts';

let server: TestServer;
let database: Database;
let dataFolder: string;

beforeAll(async () => {
  server = await startTestDatabase();
  database = createDatabase(server.url);
  dataFolder = mkdtempSync(path.join(tmpdir(), 'pilothouse-demo-'));
});
afterAll(async () => {
  await database.close();
  await server.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

/** The platform as `npm start` runs it, over the same database and data folder each time. */
async function startPlatform(change: Partial<Config> = {}) {
  const config = {
    ...readConfig({ DATABASE_URL: server.url, PILOTHOUSE_ADMIN_PASSWORD: 'an-Admin-secret-1' }),
    dataFolder,
    kubeconfigsFolder: path.join(dataFolder, 'kubeconfigs'),
    ...change,
  };
  const container = new Container(config, pino({ level: 'silent' }));
  await container.prepare();
  await container.run(createServer());
  return {
    async stop() {
      container.beginStop();
      await container.stopWork();
      await container.close();
    },
  };
}

const operations = () =>
  database.prisma.operation.findMany({ where: { kind: 'demo.start' }, orderBy: { createdAt: 'asc' } });
const demo = () =>
  database.prisma.cluster.findFirst({ where: { source: 'demo' }, include: { health: true } });
const running = () => clusterStatus({ dataDir: path.join(dataFolder, 'clusters') });

async function untilDone(count: number) {
  await vi.waitFor(
    async () => {
      const all = await operations();
      expect(all).toHaveLength(count);
      expect(all.at(-1)?.endedAt).not.toBeNull();
    },
    { timeout: 110_000, interval: 250 },
  );
  return (await operations()).at(-1);
}

test('somebody who has other clusters in mind is left in peace', async () => {
  for (const change of [{ demo: 'off' }, { production: true }, { host: '0.0.0.0' }] as Partial<Config>[]) {
    await (await startPlatform(change)).stop();
  }
  mkdirSync(path.join(dataFolder, 'kubeconfigs'));
  writeFileSync(path.join(dataFolder, 'kubeconfigs', 'mine'), 'waits for a decision');
  await (await startPlatform()).stop();
  rmSync(path.join(dataFolder, 'kubeconfigs'), { recursive: true });
  expect(await operations()).toEqual([]);
});

test(
  'the first start brings the demo up, a stop takes it down, the next start brings the same cluster back',
  { timeout: 240_000 },
  async () => {
    const first = await startPlatform();
    expect(await untilDone(1)).toMatchObject({ state: 'succeeded', actorId: null, actor: 'platform' });
    const before = await demo();
    expect(before).toMatchObject({ name: 'demo', health: { state: 'healthy' } });
    expect(before?.health?.nodes).toBeGreaterThanOrEqual(3);
    expect(await running()).toMatchObject([
      { name: 'demo', owned: true, phase: 'ready', server: before?.server },
    ]);
    await first.stop();
    expect(await running()).toEqual([]);

    const second = await startPlatform();
    expect(await untilDone(2)).toMatchObject({ state: 'succeeded' });
    const after = await demo();
    expect(after).toMatchObject({ id: before?.id, health: { state: 'healthy' } });
    expect(await running()).toMatchObject([{ server: after?.server }]);
    await second.stop();
    expect(await database.prisma.cluster.count()).toBe(1);

    // nobody wants it back who removed it
    await database.prisma.cluster.deleteMany();
    await (await startPlatform()).stop();
    expect(await operations()).toHaveLength(2);
  },
);

test(
  'stopping in the middle of its start leaves nothing behind, and the next start goes on',
  { timeout: 240_000 },
  async () => {
    await database.prisma.operation.deleteMany();
    const first = await startPlatform();
    await vi.waitFor(async () => expect(await running()).toHaveLength(1), { timeout: 60_000, interval: 50 });
    await first.stop();
    expect(await running()).toEqual([]);
    expect(await operations()).toMatchObject([{ state: 'running', leaseOwner: null }]);
    const second = await startPlatform();
    expect(await untilDone(1)).toMatchObject({ state: 'succeeded' });
    expect(await demo()).toMatchObject({ health: { state: 'healthy' } });
    await second.stop();
  },
);

test('only the demo’s own address may be on loopback, and only its own kubeconfig', async () => {
  const api: TestApi = await startTestApi();
  const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
`;
  const own = createDatabase(api.database.url);
  const now = new Date();
  await own.prisma.cluster.create({
    data: {
      id: 'demo-id',
      name: 'demo',
      displayName: '',
      environment: 'development',
      description: '',
      owner: '',
      labels: {},
      timeoutMs: 1000,
      keepsUsage: false,
      server: 'https://127.0.0.1:2',
      context: 'demo',
      insecureSkipTlsVerify: false,
      source: 'demo',
      credential: new Uint8Array(),
      connectionVersion: 1,
      createdAt: now,
      updatedAt: now,
    },
  });
  const answer = await api.admin.put('/clusters/demo/kubeconfig', { kubeconfig });
  expect(answer.body.error).toMatchObject({ code: 'addressForbidden', params: { reason: 'loopback' } });
  expect((await api.admin.get('/demo')).body).toEqual({ state: 'off', reason: null, operation: null });
  expect((await api.admin.post('/demo')).body.error.code).toBe('demoUnavailable');
  await own.close();
  await api.stop();
});
