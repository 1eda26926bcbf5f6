// Depends on: packages/kube, packages/kinds, tools/start/node-flags.mjs, tools/control-plane/src/certificates.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { timesTheWait } from '@pilothouse/testing';
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
/** How a call ends, and after how many times its deadline. */
const ended = async (call: Promise<unknown>, deadlineMs = 10_000) => {
  const { outcome, times } = await timesTheWait(deadlineMs, () =>
    call.then(
      () => 'answered',
      (error: KubeError) => error.reason,
    ),
  );
  return { reason: outcome, deadlines: times };
};
const connectMs = 3000;
/** After so long without a word of a log its server is asked whether it is there. */
const silenceMs = 15_000;

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
      const calls = await Promise.all(
        Array.from({ length: 5 }, () => ended(connection!.json(list), connectMs)),
      );
      return { calls, next: await ended(connection.json(list), connectMs), traffic: connection.traffic() };
    });
    expect(outcome.calls.map(({ reason }) => reason)).toEqual(Array(5).fill('timeout'));
    for (const { deadlines } of outcome.calls) expect(deadlines).toBeLessThan(1.3);
    expect(outcome.next.reason).toBe('unavailable');
    expect(outcome.next.deadlines).toBeLessThan(0.1);
    expect(outcome.traffic).toMatchObject({ breaker: 'open', running: 0, waiting: 0 });
    server.thaw();
    await expect.poll(async () => (await ended(connection!.json(list))).reason).toBe('answered');
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
    for (const { deadlines } of outcome) expect(deadlines).toBeLessThan(1.1);
    expect(new Set(outcome.map(({ reason }) => reason))).toEqual(new Set(['timeout']));
  });

  it('lets nobody wait for more than a call of it each', async () => {
    const server = await cluster('nothing: a good cluster');
    const timeoutMs = 2000;
    const { outcome } = await underAttack(async () => {
      server.freeze();
      const connection = server.connect({ timeoutMs });
      const inOrder: string[] = [];
      const { times } = await timesTheWait(timeoutMs, () =>
        Promise.all(
          Array.from({ length: 400 }, () =>
            connection.json(list).then(
              () => inOrder.push('answered'),
              ({ reason }: KubeError) => inOrder.push(reason),
            ),
          ),
        ),
      );
      await connection.close();
      return { inOrder, deadlines: times };
    });
    expect(outcome.deadlines).toBeLessThan(2);
    // 16 at a time, 256 wait, who comes then is told before any of them
    const told = 400 - 16 - 256;
    expect(outcome.inOrder.slice(0, told)).toEqual(Array(told).fill('busy'));
    expect(outcome.inOrder).not.toContain('answered');
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
      await expect.poll(() => store.state).toBe('stale');
      const whileGone = { size: store.size, reason: store.lastError?.reason };
      server.thaw();
      await expect.poll(() => store.state).toBe('live');
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
      const end = await ended(readOn(), silenceMs);
      await connection.close();
      return end;
    });
    expect(outcome.reason).toBe('timeout');
    expect(outcome.deadlines).toBeLessThan(2);
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
