// Depends on: apps/api/src/clusters, apps/api/src/features/clusters, apps/api/src/features/cluster-figures, apps/api/src/features/resources, apps/api/src/ws, packages/kube
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, probe, readContext } from '@pilothouse/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../testing/free-port.ts';
import { startTestServer, type TestServer } from '../../testing/test-database.ts';
import type { TestClient } from '../../testing/test-client.ts';
import { signIn, startPlatformProcess, type PlatformProcess } from '../../ws/testing/platform-process.ts';
import { openStream, type StreamClient } from '../../ws/testing/stream-client.ts';
import type { FakeClusterFigures, FakeClusters } from './testing/fake-clusters-process.ts';

/** One process, a hundred registered clusters, ten of them looked at: what each costs, and that they are asked in turn. */
const registered = 100;
const lookedAt = 10;
const metricsToken = 'a-token-for-metrics-only';
const numbers = Array.from({ length: registered }, (_, number) => number);
const watched = numbers.slice(0, lookedAt);
const others = numbers.slice(lookedAt);

let folder: string;
let database: TestServer;
let clusters: ChildProcess;
let kubeconfigs: string[];
let platform: PlatformProcess;
let settings: Record<string, string>;
let admin: TestClient;
let withoutClusters: Costs;
const tabs: StreamClient[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pilothouse-hundred-'));
  database = await startTestServer();
  const wanted: FakeClusters = { clusters: registered, nodes: 10, pods: 200, versionMs: 150 };
  const fakes = path.join(import.meta.dirname, 'testing/fake-clusters-process.ts');
  clusters = fork(fakes, [JSON.stringify(wanted)]);
  [kubeconfigs] = (await once(clusters, 'message')) as [string[]];
  settings = {
    DATABASE_URL: await database.createDatabase(),
    PILOTHOUSE_PORT: String(await freePort()),
    PILOTHOUSE_DATA: folder,
    PILOTHOUSE_KUBECONFIGS: path.join(folder, 'kubeconfigs'),
    PILOTHOUSE_ADMIN_PASSWORD: 'the-first-Secret-1',
    PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS: 'true',
    PILOTHOUSE_METRICS_TOKEN: metricsToken,
  };
  platform = await startPlatformProcess(settings);
  admin = await signIn(platform.url, 'admin', 'the-first-Secret-1', 'changed-Secret-2');
  withoutClusters = await costs();
  for (let from = 0; from < registered; from += 8) {
    await Promise.all(numbers.slice(from, from + 8).map(register));
  }
});
afterAll(async () => {
  for (const { socket } of tabs) socket.terminate();
  await platform?.end('SIGTERM');
  clusters?.disconnect();
  await database?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function register(number: number): Promise<void> {
  const cluster = { name: `fake-${number}`, kubeconfig: kubeconfigs[number] };
  const { status } = await admin.post('/clusters', cluster);
  if (status !== 201) throw new Error(`${cluster.name} was not registered: ${status}`);
}

async function figures(): Promise<FakeClusterFigures> {
  clusters.send('figures');
  return ((await once(clusters, 'message')) as [FakeClusterFigures])[0];
}

type Costs = Awaited<ReturnType<typeof costs>>;

/** What the process says of itself. */
async function costs() {
  const headers = { authorization: `Bearer ${metricsToken}` };
  const text = await (await fetch(`${platform.url}/metrics`, { headers })).text();
  const read = (metric: string) => {
    const line = text.split('\n').find((each) => each.startsWith(`${metric} `));
    if (line === undefined) throw new Error(`the platform tells no ${metric}`);
    return Number(line.slice(metric.length));
  };
  return {
    bytes: read('process_resident_memory_bytes'),
    cpuSeconds: read('process_cpu_seconds_total'),
    timers: read('nodejs_active_resources{type="Timeout"}'),
    sockets: read('nodejs_active_resources{type="TCPSocketWrap"}'),
  };
}

/** Processor time of a bare probe, its connection included, in this process. */
async function secondsOfProbe(): Promise<number> {
  const before = process.cpuUsage();
  for (const kubeconfig of kubeconfigs) {
    const credential = readContext(kubeconfig, undefined, { allowInsecure: false });
    const connection = connect(credential, { addressPolicy: { allowLoopback: true } });
    expect(await probe(connection)).toMatchObject({ ok: true });
    await connection.close();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / kubeconfigs.length;
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const most = (values: number[]) => Math.max(...values);

test('idle clusters cost little, and are asked in turn', async () => {
  // everything that registering took has gone, and each has been probed again
  await sleep(35_000);
  await figures();
  const idle = await costs();
  await sleep(30_000);
  const after = await costs();
  const seen = await figures();
  // a hundred of them are less than the process without any
  expect(after.bytes - withoutClusters.bytes).toBeLessThan(withoutClusters.bytes);
  // a probe is two requests, counting what is there no dearer; what it costs beside them is to be kept
  const probes = sum(seen.requests) / 2;
  expect(after.cpuSeconds - idle.cpuSeconds).toBeLessThan(5 * probes * (await secondsOfProbe()));
  // two probes, a count of four requests and a pass of one over the pods
  expect(most(seen.requests)).toBeLessThanOrEqual(9);
  expect(sum(seen.watches)).toBe(0);
  // none of its own for each
  expect(after.timers - withoutClusters.timers).toBeLessThanOrEqual(registered / 2);
  expect(seen.mostProbedAtOnce).toBeLessThanOrEqual(16);
  // over one socket, which goes when it is not used; clusters registered together are probed at almost the same time
  const openSockets = async () => {
    const here = (await costs()).sockets - withoutClusters.sockets;
    return Math.max(here, sum((await figures()).sockets));
  };
  await expect.poll(openSockets, { timeout: 30_000, interval: 1000 }).toBeLessThanOrEqual(registered / 2);
}, 200_000);

test('clusters somebody looks at have a few streams each, the others none', async () => {
  for (const { socket } of tabs.splice(0)) socket.terminate();
  const before = await costs();
  for (const number of watched) {
    const tab = await openStream(admin, 'live');
    tabs.push(tab);
    const params = { cluster: `fake-${number}`, group: 'core', plural: 'pods' };
    tab.say({ type: 'subscribe', id: 1, endpoint: 'resources.list', params });
  }
  await expect
    .poll(() => tabs.filter((tab) => tab.of('snapshot').length > 0).length, { timeout: 60_000 })
    .toBe(lookedAt);
  await sleep(8000);
  // those that the first lists took go when they are not used
  const mostSockets = async () => {
    const { sockets } = await figures();
    return most(watched.map((number) => sockets[number] ?? 0));
  };
  await expect.poll(mostSockets, { timeout: 30_000, interval: 1000 }).toBeLessThanOrEqual(5);
  const after = await costs();
  const seen = await figures();
  // pods, and the two kinds by which other kinds come and go
  expect(watched.map((number) => seen.watches[number])).toEqual(watched.map(() => 3));
  expect(sum(others.map((number) => seen.watches[number] ?? 0))).toBe(0);
  expect(after.bytes - before.bytes).toBeLessThan(withoutClusters.bytes / 2);
  expect((after.timers - before.timers) / lookedAt).toBeLessThanOrEqual(12);
  for (const { socket } of tabs.splice(0)) socket.terminate();
}, 120_000);

test('after a start nothing is asked of all at once', async () => {
  await platform.end('SIGKILL');
  // all are due
  await sleep(35_000);
  await figures();
  platform = await startPlatformProcess(settings);
  await sleep(20_000);
  const seen = await figures();
  expect(seen.requests.filter((count) => count > 0).length).toBe(registered);
  expect(seen.mostProbedAtOnce).toBeLessThanOrEqual(16);
  expect(seen.mostProbedInASecond).toBeLessThanOrEqual(33);
  expect(sum(seen.watches)).toBe(0);
}, 300_000);
