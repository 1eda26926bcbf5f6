// Depends on: apps/api/src/clusters, apps/api/src/features/clusters, apps/api/src/features/cluster-figures, packages/kube/src/probe.ts, packages/kube/src/objects
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readContext, type ClusterCredential } from '@pilothouse/kube';
import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { ClusterConnections } from '../../clusters/cluster-connections.repository.ts';
import { createDatabase, type Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { Versions } from '../../db/versions.ts';
import { startTestDatabase, type TestServer } from '../../testing/test-database.ts';
import { ClusterFiguresRepository } from '../cluster-figures/cluster-figures.repository.ts';
import { FiguresCollector } from '../cluster-figures/figures-collector.ts';
import { ClusterHealthRepository } from './cluster-health.repository.ts';
import { ClusterProber } from './cluster-prober.ts';
import { ClustersRepository } from './clusters.repository.ts';
import type { FakeClusterFigures, FakeClusters } from './testing/fake-clusters-process.ts';

/** What docs/operations.md says of an hour: with nobody looking, and with somebody. */
const sizes = [
  { nodes: 10, pods: 400, figures: 54, seen: 300 },
  { nodes: 500, pods: 5000, figures: 108, seen: 300 },
  { nodes: 1000, pods: 20_000, figures: 120, seen: undefined },
];
const probes = { unseen: 240, seen: 900 };
const stepMs = 2000;
const hourMs = 3_600_000;

let server: TestServer;
let database: Database;
let connection: Connection;
let registry: ClusterRegistry;
let prober: ClusterProber;
let collector: FiguresCollector;
const fakes: ChildProcess[] = [];
const ids: string[] = [];

beforeAll(async () => {
  server = await startTestDatabase();
  database = createDatabase(server.url);
  connection = await createConnection(server.url);
  const credentials = new Map<string, ClusterCredential>();
  const repository = new ClustersRepository(database);
  for (const { nodes, pods } of sizes) {
    const wanted: FakeClusters = { clusters: 1, nodes, pods, versionMs: 0 };
    const fake = fork(path.join(import.meta.dirname, 'testing/fake-clusters-process.ts'), [
      JSON.stringify(wanted),
    ]);
    fakes.push(fake);
    const [[kubeconfig]] = (await once(fake, 'message')) as [string[]];
    const id = newId();
    ids.push(id);
    credentials.set(id, readContext(kubeconfig ?? '', undefined, { allowInsecure: false }));
    await register(repository, id, `fake-${nodes}`);
  }
  const versions = new Versions(database, fail);
  registry = new ClusterRegistry({
    repository: new ClusterConnections(database),
    versions,
    open: (id) => credentials.get(id) as ClusterCredential,
    allowLoopback: true,
    pingMs: 25_000,
    onError: fail,
  });
  registry.onRequest((_id, { error }) => void (error !== null && fail(error)));
  await registry.reload();
  // the clock by which work is taken up, and that by which somebody looks; requests keep theirs
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  prober = new ClusterProber({
    registry,
    repository: watched(new ClusterHealthRepository(database)),
    onError: fail,
  });
  collector = new FiguresCollector({
    registry,
    repository: watched(new ClusterFiguresRepository(database)),
    onError: fail,
  });
  prober.start();
  collector.start();
});
afterAll(async () => {
  await Promise.all([prober?.stop(), collector?.stop()]);
  vi.useRealTimers();
  for (const fake of fakes) fake.disconnect();
  await registry?.stop();
  await connection?.end();
  await database?.close();
  await server?.stop();
});

const failures: unknown[] = [];
const fail = (error: unknown) => void failures.push(error);

async function register(repository: ClustersRepository, id: string, name: string): Promise<void> {
  await repository.create({
    id,
    name,
    settings: {
      displayName: '',
      environment: 'test',
      description: '',
      owner: '',
      labels: {},
      timeoutMs: 10_000,
      keepsUsage: false,
    },
    credential: {
      server: 'https://127.0.0.1',
      context: name,
      namespace: null,
      insecureSkipTlsVerify: false,
      certificateExpiresAt: null,
      caExpiresAt: null,
      tokenExpiresAt: null,
      source: 'pasted',
      credential: new Uint8Array(),
    },
    file: null,
  });
}

/** Calls of repositories, and work that was taken up and has not been written down, by the call that will. */
const underWay = new Set<unknown>();
const writes: Record<string, string> = { count: 'counted', sweep: 'swept' };

/** A repository of which is known what is under way. */
function watched<T extends object>(repository: T): T {
  const call = async (name: string, answer: Promise<unknown>, [first]: unknown[]) => {
    underWay.add(answer);
    try {
      const written = writes[String(first)] ?? 'record';
      if (name === 'takeDue') for (const id of (await answer) as string[]) underWay.add(`${written} ${id}`);
      return await answer;
    } finally {
      underWay.delete(answer);
      underWay.delete(`${name} ${first}`);
    }
  };
  return new Proxy(repository, {
    get(target, name: string) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => call(name, method.apply(target, args), args);
    },
  });
}

let turnedAt = process.hrtime.bigint();

/**
 * Turns the clock forward: this process', and the database's by moving what is due; that one goes on by itself besides.
 * What is taken up then is done before it goes on.
 */
async function pass(ms: number): Promise<void> {
  const now = process.hrtime.bigint();
  const aheadUs = ms * 1000 - Number((now - turnedAt) / 1000n);
  turnedAt = now;
  const earlier = (column: string) => `${column} = TIMESTAMPADD(MICROSECOND, ${-aheadUs}, ${column})`;
  await connection.query(`UPDATE cluster_health SET ${earlier('next_probe_at')}`);
  const columns = ['next_count_at', 'next_sweep_at', 'counted_at'].map(earlier);
  await connection.query(`UPDATE cluster_figures SET ${columns.join(', ')}`);
  await vi.advanceTimersByTimeAsync(ms);
  do await sleep(1);
  while (underWay.size > 0 && failures.length === 0);
}

async function requests(): Promise<{ probes: number; figures: number }[]> {
  return Promise.all(
    fakes.map(async (fake) => {
      fake.send('figures');
      const [seen] = (await once(fake, 'message')) as [FakeClusterFigures];
      const all = seen.requests[0] ?? 0;
      const probing = 2 * (seen.versions[0] ?? 0);
      return { probes: probing, figures: all - probing };
    }),
  );
}

async function hour(look?: () => void): Promise<{ probes: number; figures: number }[]> {
  await requests();
  for (let passed = 0; passed < hourMs; passed += stepMs) {
    look?.();
    await pass(stepMs);
  }
  return requests();
}

test('an hour that nobody looks brings no more calls than docs/operations.md says, and not far fewer', async () => {
  // the first counts and passes are over
  for (let passed = 0; passed < 120_000; passed += stepMs) await pass(stepMs);
  const seen = await hour();
  for (const [index, { probes: probing, figures }] of seen.entries()) {
    expect(probing).toBeLessThanOrEqual(probes.unseen);
    expect(probing).toBeGreaterThan(probes.unseen * 0.7);
    const most = sizes[index]?.figures ?? 0;
    expect(figures).toBeLessThanOrEqual(most);
    expect(figures).toBeGreaterThan(most * 0.5);
  }
  expect(failures).toEqual([]);
}, 300_000);

test('with somebody looking neither', async () => {
  const seen = await hour(() => {
    prober.lookedAt(ids);
    collector.lookedAt(ids);
  });
  for (const [index, { probes: probing, figures }] of seen.entries()) {
    expect(probing).toBeLessThanOrEqual(probes.seen);
    expect(probing).toBeGreaterThan(probes.seen * 0.6);
    const most = sizes[index]?.seen;
    if (most === undefined) continue;
    expect(figures).toBeLessThanOrEqual(most);
    expect(figures).toBeGreaterThan(most * 0.6);
  }
  expect(failures).toEqual([]);
}, 300_000);
