import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readLog } from '../logs/read-log.ts';
import { ObjectStore } from '../store/object-store.ts';
import type { StoreRow } from '../store/store-row.ts';
import { openExec } from '../streams/open-exec.ts';
import { startHostile, type HostileServer } from '../testing/hostile-server.ts';
import { podRow, pods } from '../testing/pods.ts';
import { underAttack } from '../testing/under-attack.ts';
import { apiPath, fixedPaths } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import type { KubeError } from '../transport/kube-error.ts';

const list = { path: apiPath(pods) };
const ended = async (call: Promise<unknown>) => {
  const startedAt = performance.now();
  const reason = await call.then(
    () => 'answered',
    (error: KubeError) => error.reason,
  );
  return { reason, seconds: (performance.now() - startedAt) / 1000 };
};

let servers: HostileServer[] = [];
/** A cluster that can be frozen: the kernel takes its connections and bytes, nobody answers. */
async function cluster(attack: string) {
  const server = await startHostile(attack, { alone: true });
  servers.push(server);
  return server;
}
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers) server.thaw();
  servers = [];
});

describe('a black-holed cluster', () => {
  it('costs 3 s to connect to, then nothing, and is used again when it is back', async () => {
    const server = await cluster('nothing: a good cluster');
    server.freeze();
    let connection: ClusterConnection | undefined;
    const { outcome } = await underAttack(async () => {
      server.freeze();
      connection = server.connect();
      const calls = await Promise.all(Array.from({ length: 5 }, () => ended(connection!.json(list))));
      return { calls, next: await ended(connection.json(list)), traffic: connection.traffic() };
    });
    expect(outcome.calls.map(({ reason }) => reason)).toEqual(Array(5).fill('timeout'));
    for (const { seconds } of outcome.calls) expect(seconds).toBeLessThan(4);
    expect(outcome.next.reason).toBe('unavailable');
    expect(outcome.next.seconds).toBeLessThan(0.2);
    expect(outcome.traffic).toMatchObject({ breaker: 'open', running: 0, waiting: 0 });
    server.thaw();
    await expect
      .poll(async () => (await ended(connection!.json(list))).reason, { timeout: 15_000 })
      .toBe('answered');
    await connection?.close();
  });

  it('that was connected to costs 10 s a request', async () => {
    const server = await cluster('nothing: a good cluster');
    const { outcome } = await underAttack(async () => {
      server.thaw();
      const connection = server.connect();
      await connection.json(list);
      server.freeze();
      const calls = await Promise.all(Array.from({ length: 5 }, () => ended(connection.json(list))));
      await connection.close();
      return calls;
    });
    const longest = Math.max(...outcome.map(({ seconds }) => seconds));
    expect(longest).toBeLessThan(11);
    expect(new Set(outcome.map(({ reason }) => reason))).toEqual(new Set(['timeout']));
  });

  it('lets nobody wait for more than a call of it each', async () => {
    const server = await cluster('nothing: a good cluster');
    const { outcome } = await underAttack(async () => {
      server.freeze();
      const connection = server.connect({ timeoutMs: 2000 });
      const calls = await Promise.all(Array.from({ length: 400 }, () => ended(connection.json(list))));
      await connection.close();
      return calls;
    });
    expect(Math.max(...outcome.map(({ seconds }) => seconds))).toBeLessThan(4);
    // 16 at a time, 256 wait, who comes then is told at once
    const atOnce = outcome.filter(({ reason, seconds }) => reason === 'busy' && seconds < 1);
    expect(atOnce.length).toBeGreaterThanOrEqual(400 - 16 - 256);
    expect(outcome.filter(({ reason }) => reason === 'answered')).toEqual([]);
  });
});

describe('a half-open connection', () => {
  it.each([
    ['', 0],
    [' although the clock was set back an hour', -3_600_000],
  ])('of a watch is noticed%s, and the watch goes on when the cluster is back', async (_although, setBy) => {
    const server = await cluster('a good collection');
    const { outcome } = await underAttack(async () => {
      server.thaw();
      const connection = server.connect({ timeoutMs: 1000 });
      const timing = { aliveCheckMs: 300, idleMs: 60_000, firstMs: 50, mostMs: 400 };
      const store = new ObjectStore<StoreRow>({ connection, resource: pods, project: podRow, timing });
      store.start();
      await store.ready();
      const now = Date.now;
      vi.spyOn(Date, 'now').mockImplementation(() => now() + setBy);
      server.freeze();
      await expect.poll(() => store.state, { timeout: 8000 }).toBe('stale');
      const whileGone = { size: store.size, reason: store.lastError?.reason };
      server.thaw();
      await expect.poll(() => store.state, { timeout: 20_000 }).toBe('live');
      store.stop();
      await connection.close();
      return whileGone;
    });
    expect(outcome).toEqual({ size: 1, reason: 'timeout' });
  });

  it('of a log is noticed', async () => {
    const server = await cluster('a silent log');
    const { outcome } = await underAttack(async () => {
      server.thaw();
      const connection = server.connect({ timeoutMs: 1000 });
      const log = readLog(connection, { namespace: 'demo', pod: 'web', container: 'app', follow: true });
      await log.next();
      server.freeze();
      const readOn = async () => {
        while (!(await log.next()).done);
      };
      const end = await ended(readOn());
      await connection.close();
      return end;
    });
    expect(outcome.reason).toBe('timeout');
    expect(outcome.seconds).toBeLessThan(30);
  });

  it('of a shell is noticed', async () => {
    const server = await cluster('a silent shell');
    const { outcome } = await underAttack(async () => {
      server.thaw();
      const connection = server.connect({ pingMs: 200 });
      const target = {
        namespace: 'demo',
        pod: 'web',
        container: 'app',
        command: ['sh'],
        tty: true,
        stdin: true,
      };
      const shell = await openExec(connection, target);
      shell.onStdout(() => undefined);
      await sleep(600);
      server.freeze();
      const end = await Promise.race([shell.ended, sleep(5000, undefined)]);
      await connection.close();
      return end;
    });
    expect(outcome).toMatchObject({ kind: 'lost', error: { reason: 'timeout' } });
  });

  it('of a kept-alive socket costs one deadline, and no other call', async () => {
    const server = await cluster('nothing: a good cluster');
    const connection = server.connect({ timeoutMs: 1000 });
    await connection.json({ path: fixedPaths.version });
    server.freeze();
    expect(await ended(connection.json(list))).toMatchObject({ reason: 'timeout' });
    server.thaw();
    expect(await ended(connection.json(list))).toMatchObject({ reason: 'answered' });
    await connection.close();
  });
});
