// Depends on: tools/control-plane
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { clusterStatus, connectCluster, reapOrphans, stopCluster } from './clusters.ts';
import { layoutOf } from './layout.ts';
import { findLeftovers } from './leftovers.ts';
import { realNodePossible } from './node/real-node-possible.ts';
import { startCluster } from './start-cluster.ts';
import { readState, writeState } from './state.ts';

const realNode = (await realNodePossible()).ok;
let dataDir: string;

beforeAll(async () => {
  dataDir = await realpath(await mkdtemp(join(tmpdir(), 'pilothouse-clusters-')));
});
afterEach(() => stopCluster('doomed', { dataDir }));
afterAll(() => rm(dataDir, { recursive: true }));

/** Starts a cluster in a process of its own; resolves when its progress reaches `step`. */
async function ownerUntil(step: string): Promise<ChildProcess> {
  const options = { name: 'doomed', kwokNodes: 1, realNode, landscape: 'demo', dataDir };
  const script = `
    const { startCluster } = await import(${JSON.stringify(join(import.meta.dirname, 'start-cluster.ts'))});
    await startCluster({ ...${JSON.stringify(options)}, onProgress: ({ step }) => console.log(step) });
    console.log('started');
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: owner.stdout })) {
    if (line === step) return owner;
  }
  throw new Error(`the owner ended before ${step}`);
}

async function killed(owner: ChildProcess): Promise<void> {
  const ended = once(owner, 'exit');
  owner.kill('SIGKILL');
  await ended;
}

const leftovers = () => findLeftovers(join(dataDir, 'doomed'));

const state = () => readState(layoutOf(dataDir, 'doomed').state);

test('a cluster goes when its owner is killed', async () => {
  const owner = await ownerUntil('started');
  expect(await leftovers()).not.toEqual([]);
  await killed(owner);
  await expect.poll(leftovers, { timeout: 30_000, interval: 500 }).toEqual([]);
  await expect.poll(() => readdir(dataDir)).toEqual([]);
});

test('so does one that is still starting', async () => {
  await killed(await ownerUntil(realNode ? 'node' : 'controllers'));
  await expect.poll(leftovers, { timeout: 30_000, interval: 500 }).toEqual([]);
  await expect.poll(() => readdir(dataDir)).toEqual([]);
});

test('when its supervisor is killed as well, the rest is found and removed', async () => {
  const owner = await ownerUntil('started');
  process.kill(state()!.supervisor.pid, 'SIGKILL');
  await killed(owner);
  await expect.poll(() => clusterStatus({ dataDir })).toMatchObject([{ name: 'doomed', phase: 'dead' }]);
  await expect(connectCluster('doomed', { dataDir })).rejects.toThrow('no cluster doomed');
  expect((await leftovers()).some((line) => line.startsWith('process'))).toBe(true);
  expect(await reapOrphans({ dataDir })).toEqual(['doomed']);
  expect(await leftovers()).toEqual([]);
});

test('also what it had no time to write down', async () => {
  const owner = await ownerUntil('started');
  const { supervisor, components, ...rest } = state()!;
  process.kill(supervisor.pid, 'SIGKILL');
  await killed(owner);
  await expect.poll(() => clusterStatus({ dataDir })).toMatchObject([{ phase: 'dead' }]);
  const { 'kube-scheduler': _unwritten, ...written } = components;
  writeState(layoutOf(dataDir, 'doomed').state, { ...rest, supervisor, components: written });
  expect(await reapOrphans({ dataDir })).toEqual(['doomed']);
  expect(await leftovers()).toEqual([]);
});

test('or does not stop the next of that name', async () => {
  const owner = await ownerUntil('started');
  process.kill(state()!.supervisor.pid, 'SIGKILL');
  await killed(owner);
  const old = state()!.components;
  const cluster = await startCluster({ name: 'doomed', kwokNodes: 1, dataDir });
  const pids = Object.values(cluster.pids);
  expect(Object.values(old).filter(({ pid }) => pids.includes(pid))).toEqual([]);
  expect(await cluster.kubectl('get', 'nodes', '-o', 'name')).toBe('node/kwok-1\n');
  await cluster.stop();
  expect(await leftovers()).toEqual([]);
});

test('a start that is called off leaves nothing', async () => {
  const controller = new AbortController();
  const starting = startCluster({
    name: 'doomed',
    realNode,
    dataDir,
    signal: controller.signal,
    onProgress: ({ step }) => {
      if (step === 'controllers') controller.abort(new Error('called off'));
    },
  });
  await expect(starting).rejects.toThrow('called off');
  expect(await leftovers()).toEqual([]);
  expect(await readdir(dataDir)).toEqual([]);
});

test('a failed start says which component ended, and leaves nothing', async () => {
  const starting = startCluster({ name: 'doomed', dataDir });
  // not awaited yet: it must not count as unhandled
  starting.catch(() => undefined);
  const etcd = async () => state()?.components.etcd?.pid ?? 0;
  await expect.poll(etcd).toBeGreaterThan(0);
  process.kill(await etcd(), 'SIGKILL');
  await expect(starting).rejects.toThrow('etcd ended while the cluster started');
  expect(await leftovers()).toEqual([]);
});
