import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { needsRealNode } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Container } from '../../container.ts';
import type { TestClient } from '../../testing/test-client.ts';
import {
  administratorOf,
  withPlatformProcesses,
  type PlatformProcess,
} from '../../ws/testing/platform-process.ts';
import { recordedOutput } from '../../ws/testing/recorded-output.ts';
import {
  knock,
  openShellStream,
  openStream,
  ticketUrl,
  type StreamClient,
} from '../../ws/testing/stream-client.ts';
import { startStreamWorld, type StreamWorld } from '../../ws/testing/stream-world.ts';
import { TerminalsRepository } from './terminals.repository.ts';

const namespace = 'streams-kept';
const idle = 'trap exit TERM; while :; do sleep 3600 & wait $!; done';
let world: StreamWorld;

beforeAll(async () => {
  const started = await startStreamWorld(namespace, {
    shell: idle,
    bare: 'cd /bin && rm -f sh ash bash dash && exec sleep 3600',
  });
  if (started !== undefined) world = started;
});
beforeEach(needsRealNode);
afterAll(() => world?.stop());

/** Begins something in the shell that can be seen from outside. */
async function begin(shell: StreamClient, marker: string): Promise<void> {
  shell.keys(`${marker}\r`);
  await expect.poll(() => world.processes('shell')).toContain(marker);
}

const terminalOf = async (admin: TestClient, shell: StreamClient) => {
  const { items } = (await admin.get('/terminals')).body;
  const id = shell.of('started')[0]!.terminal as string;
  return items.find((item: { id: string }) => item.id === id);
};

const withProcesses = (work: (start: () => Promise<PlatformProcess>) => Promise<void>) =>
  withPlatformProcesses(world.api.database, {}, work);

test('kill -9: the next start ends the row, keeps the recording and ends the process in the pod', async () => {
  await withProcesses(async (start) => {
    const first = await start();
    const admin = await administratorOf(first.url);
    await admin.post('/clusters', { name: 'here', kubeconfig: world.cluster.kubeconfig });
    const shell = await openShellStream(admin, world.place('shell'));
    await begin(shell, 'sleep 60001');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await first.end('SIGKILL');
    expect(await world.processes('shell')).toContain('sleep 60001');

    const second = await start();
    const again = await administratorOf(second.url);
    await within(5000, () =>
      expect
        .poll(() => terminalOf(again, shell))
        .toMatchObject({
          endReason: 'platformRestart',
          truncated: true,
        }),
    );
    await expect.poll(() => world.processes('shell')).not.toContain('sleep 60001');
    const { terminal } = shell.of('started')[0]!;
    const recording = await again.get(`/terminals/${terminal}/recording`);
    expect(recordedOutput(recording.body)).toContain('sleep 60001');
    const audit = (await again.get('/audit?code=shell.open')).body.items;
    expect(audit).toMatchObject([{ outcome: 'succeeded', reason: 'platformRestart' }]);
    expect(audit[0].endedAt).not.toBeNull();
    await second.end('SIGTERM');
  });
}, 120_000);

test('a stop tells the browser, ends the shells and is done within 10 s', async () => {
  await withProcesses(async (start) => {
    const platform = await start();
    const admin = await administratorOf(platform.url);
    await admin.post('/clusters', { name: 'here', kubeconfig: world.cluster.kubeconfig });
    const shell = await openShellStream(admin, world.place('shell'));
    const log = await openStream(admin, 'log', world.place('shell'));
    log.say({ type: 'start' });
    await begin(shell, 'sleep 60002');
    await within(10_000, () => platform.end('SIGTERM'));
    expect(shell.end).toMatchObject({ reason: 'shuttingDown' });
    expect(log.end).toMatchObject({ reason: 'shuttingDown' });
    expect(await world.processes('shell')).not.toContain('sleep 60002');
  });
}, 120_000);

test('a ticket of one replica opens on another, and what is revoked on one ends on the other', async () => {
  const { config } = world.api.container;
  const replica = new Container(config, pino({ level: 'silent' }));
  await replica.prepare();
  const server = createServer(replica.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await replica.run(server);
  try {
    const grant = { role: 'developer', scope: { kind: 'namespace' as const, cluster: 'here', namespace } };
    const user = await world.api.signUp('of-two-replicas', [grant]);
    const url = await ticketUrl(user, { purpose: 'exec', ...world.place('shell') });
    const there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answers = await Promise.all(
      [there, there, world.api.url].map((at) => knock(at, url, { origin: world.api.url })),
    );
    const open = answers.flatMap((answer) => ('stream' in answer ? [answer.stream] : []));
    expect(open).toHaveLength(1);
    await world.api.admin.patch('/users/of-two-replicas', { disabled: true });
    await within(5000, () => expect.poll(() => open[0]!.end).toMatchObject({ reason: 'sessionEnded' }));
  } finally {
    replica.beginStop();
    await replica.stopWork();
    server.closeAllConnections();
    server.close();
    await replica.close();
  }
});

test('a recording that cannot be stored ends the shell with the reason', async () => {
  const { prisma } = world.api.container.database;
  const shell = await openShellStream(world.api.admin, world.place('shell'));
  await begin(shell, 'sleep 60003');
  await prisma.$executeRawUnsafe('RENAME TABLE terminal_chunks TO chunks_elsewhere');
  try {
    shell.keys('\u0003');
    shell.keys('sleep 60003\r');
    await expect.poll(() => shell.end).toMatchObject({ reason: 'recordingFailed' });
    await expect.poll(() => world.processes('shell')).not.toContain('sleep 60003');
  } finally {
    await prisma.$executeRawUnsafe('RENAME TABLE chunks_elsewhere TO terminal_chunks');
  }
  await expect
    .poll(() => terminalOf(world.api.admin, shell))
    .toMatchObject({
      endReason: 'recordingFailed',
      truncated: true,
    });
});

test('the oldest recordings go when all together are too large, or too old; their rows stay', async () => {
  const { database } = world.api.container;
  const shells: StreamClient[] = [];
  for (const text of ['first', 'second']) {
    const shell = await openShellStream(world.api.admin, world.place('shell'));
    shell.keys(`echo ${text}; exit\r`);
    await expect.poll(() => shell.end).toBeDefined();
    await expect.poll(async () => (await terminalOf(world.api.admin, shell)).endedAt).not.toBeNull();
    shells.push(shell);
  }
  const sizes = async () =>
    Promise.all(
      shells.map(async (shell) => (await terminalOf(world.api.admin, shell)).recordingBytes as number),
    );
  const [, second] = await sizes();
  // the repository only deletes here, so it needs no key
  const repository = new TerminalsRepository(database, undefined as never);
  await repository.prune(new Date(0), second!, 500);
  expect(await sizes()).toEqual([0, second]);
  await repository.prune(new Date(Date.now() + 1000), 1e12, 500);
  expect(await sizes()).toEqual([0, 0]);
  const id = shells[1]!.of('started')[0]!.terminal as string;
  expect((await world.api.admin.get(`/terminals/${id}/recording`)).body).toBe('');
});

test('a container without a shell says what was looked for', async () => {
  const stream = await openStream(world.api.admin, 'exec', world.place('bare'));
  stream.say({ type: 'start', columns: 80, rows: 24 });
  await expect
    .poll(() => stream.end)
    .toMatchObject({
      reason: 'failed',
      error: { code: 'noShell', params: { shells: 'bash, sh, ash, dash' } },
    });
});
