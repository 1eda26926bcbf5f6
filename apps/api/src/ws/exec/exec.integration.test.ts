import { createHash } from 'node:crypto';
import { needsRealNode } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestUser } from '../../testing/test-api.ts';
import { recordedOutput } from '../testing/recorded-output.ts';
import { openShellStream, openStream, ticketUrl, type StreamClient } from '../testing/stream-client.ts';
import { startStreamWorld, type StreamWorld } from '../testing/stream-world.ts';

const namespace = 'streams-exec';
const idle = 'trap exit TERM; while :; do sleep 3600 & wait $!; done';
let world: StreamWorld;
let developers = 0;

beforeAll(async () => {
  const started = await startStreamWorld(namespace, { shell: idle, other: idle });
  if (started !== undefined) world = started;
});
afterAll(() => world?.stop());

beforeEach(needsRealNode);

const developer = (): Promise<TestUser> =>
  world.api.signUp(`developer-${++developers}`, [
    { role: 'developer', scope: { kind: 'namespace', cluster: 'here', namespace } },
  ]);

const shells = [
  { object: 'k8s/core/pods', action: 'get' },
  { object: 'k8s/core/pods/exec', action: 'create' },
];

/** Somebody whose group has a role of its own, named as they are. */
async function memberOfOwn(): Promise<TestUser> {
  const role = `role-${developers + 1}`;
  await world.api.admin.post('/roles', { name: role, description: '', policies: shells, menus: [] });
  return member(role);
}

/** Somebody who is a developer through a group only. */
async function member(role = 'developer'): Promise<TestUser> {
  const user = await world.api.signUp(`member-${++developers}`);
  const group = `group-of-${user.username}`;
  const scope = { kind: 'namespace', cluster: 'here', namespace };
  const { admin } = world.api;
  await admin.post('/groups', { name: group, displayName: group });
  await admin.post('/grants', { subject: { kind: 'group', group }, role, scope });
  await admin.put(`/groups/${group}/members/${user.username}`, undefined);
  return user;
}

/** Types a command and waits until what it prints matches. */
async function type(shell: StreamClient, keys: string, expected: RegExp): Promise<void> {
  shell.screen = '';
  shell.keys(keys);
  await expect.poll(() => shell.screen).toMatch(expected);
}

const grantOf = async (user: TestUser) =>
  (await world.api.admin.get(`/grants?user=${user.username}`)).body.items[0].id as string;

async function auditOf(code: string, user: TestUser) {
  const answer = await world.api.admin.get(`/audit?code=${code}&user=${user.username}`);
  return answer.body.items as { outcome: string; reason: string | null; auditId: string }[];
}

test('a terminal, its size, job control, UTF-8 and the exit code', async () => {
  const shell = await openShellStream(await developer(), world.place('shell'));
  expect(shell.of('started')[0]!.shell).toMatch(/sh$/);
  await type(shell, 'tty\r', /\/dev\/pts\/\d/);
  await type(shell, 'stty size\r', /24 80/);
  await type(shell, 'echo $TERM\r', /^xterm-256color\r$/m);
  shell.say({ type: 'resize', columns: 132, rows: 43 });
  await type(shell, 'stty size\r', /43 132/);
  await type(shell, 'sleep 777\r', /sleep 777\r\n/);
  // until it runs, Ctrl-Z is for the shell, which does not care
  await expect.poll(() => world.processes('shell')).toContain('sleep 777');
  await type(shell, '\u001a', /Stopped/);
  await type(shell, 'jobs\r', /Stopped\s+sleep 777/);
  await type(shell, 'fg\r', /sleep 777/);
  await type(shell, '\u0003', /# $|\[6n$/);
  shell.screen = '';
  for (const byte of Buffer.from('echo "\u5bfc\u822a"\r')) shell.socket.send(Buffer.of(byte));
  await expect.poll(() => Buffer.from(shell.screen, 'latin1').toString()).toContain('\u5bfc\u822a\r\n');
  shell.keys('exit 7\r');
  await expect.poll(() => shell.end).toMatchObject({ reason: 'exit' });
  expect(shell.of('exit')).toEqual([{ type: 'exit', exitCode: 7 }]);
});

test('what is typed while the shell is still looked for is not lost', async () => {
  const shell = await openStream(await developer(), 'exec', world.place('shell'));
  shell.say({ type: 'start', columns: 80, rows: 24 });
  shell.say({ type: 'resize', columns: 90, rows: 20 });
  // The kubelet resizes beside the input, not before it.
  shell.keys('sleep 1; stty size; exit 3\r');
  await expect.poll(() => shell.end).toMatchObject({ reason: 'exit' });
  expect(shell.screen).toContain('20 90');
  expect(shell.of('exit')).toEqual([{ type: 'exit', exitCode: 3 }]);
});

test('Ctrl-D ends the shell with its last code', async () => {
  const shell = await openShellStream(await developer(), world.place('shell'));
  await type(shell, 'false\r', /false/);
  shell.keys('\u0004');
  await expect.poll(() => shell.of('exit')).toEqual([{ type: 'exit', exitCode: 1 }]);
});

test('a closed browser leaves no process behind, background jobs included', async () => {
  const user = await developer();
  const shell = await openShellStream(user, world.place('other'));
  await type(shell, '(trap "" HUP; sleep 778) & sleep 779\r', /779/);
  await expect.poll(() => world.processes('other')).toMatch(/sleep 778[\s\S]*sleep 779/);
  shell.socket.terminate();
  await expect.poll(() => world.processes('other')).not.toMatch(/sleep 77[89]/);
  expect((await auditOf('shell.open', user))[0]).toMatchObject({
    outcome: 'succeeded',
    reason: 'disconnected',
  });
});

type Loss = [string, string, (user: TestUser) => Promise<{ status: number }>, (() => Promise<TestUser>)?];
const losses: Loss[] = [
  [
    'taken out of the group',
    'rightsLost',
    ({ username }) => world.api.admin.delete(`/groups/group-of-${username}/members/${username}`),
    () => member(),
  ],
  [
    'group deleted',
    'rightsLost',
    ({ username }) => world.api.admin.delete(`/groups/group-of-${username}`),
    () => member(),
  ],
  [
    'role without shells from now on',
    'rightsLost',
    () =>
      world.api.admin.put(`/roles/role-${developers}`, {
        description: '',
        version: 1,
        policies: shells.slice(0, 1),
        menus: [],
      }),
    memberOfOwn,
  ],
  ['grant removed', 'rightsLost', async (user) => world.api.admin.delete(`/grants/${await grantOf(user)}`)],
  [
    'logout',
    'sessionEnded',
    (user) => user.post('/auth/logout', undefined, { headers: { origin: world.api.url } }),
  ],
  [
    'disabled',
    'sessionEnded',
    (user) => world.api.admin.patch(`/users/${user.username}`, { disabled: true }),
  ],
  ['password reset', 'sessionEnded', (user) => world.api.admin.post(`/users/${user.username}/password`)],
];

test.for(losses)(
  '%s: the shell ends within 5 s with %s, its process too',
  async ([, reason, revoke, signUp = developer], { expect }) => {
    const user = await signUp();
    const shell = await openShellStream(user, world.place('shell'));
    const marker = `sleep ${70_000 + developers}`;
    shell.keys(`${marker}\r`);
    await expect.poll(() => world.processes('shell')).toContain(marker);
    const answer = await revoke(user);
    expect(answer.status).toBeLessThan(300);
    await within(5000, () => expect.poll(() => shell.end).toMatchObject({ reason }));
    await expect.poll(() => world.processes('shell')).not.toContain(marker);
    await within(5000, () =>
      expect.poll(() => auditOf('shell.open', user)).toMatchObject([{ outcome: 'succeeded', reason }]),
    );
  },
);

test('a removed cluster ends its shells, their processes too', async () => {
  await world.register('gone-soon');
  const shell = await openShellStream(world.api.admin, { ...world.place('shell'), cluster: 'gone-soon' });
  await type(shell, 'sleep 70123\r', /70123/);
  expect((await world.api.admin.delete('/clusters/gone-soon')).status).toBe(204);
  await within(5000, () => expect.poll(() => shell.end).toMatchObject({ reason: 'clusterRemoved' }));
  await expect.poll(() => world.processes('shell')).not.toContain('sleep 70123');
});

test('no more output is sent than the window while nothing is acknowledged', async () => {
  const shell = await openShellStream(await developer(), world.place('shell'));
  shell.acknowledges = false;
  shell.keys('yes pilothouse | head -c 8000000; echo d""one\r');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(shell.receivedBytes).toBeLessThanOrEqual(512 * 1024);
  shell.acknowledges = true;
  shell.say({ type: 'ack', bytes: shell.receivedBytes });
  await expect.poll(() => shell.screen.slice(-200)).toContain('done');
});

test('what the shell has taken is acknowledged in large pieces, not every key', async () => {
  const shell = await openShellStream(await developer(), world.place('shell'));
  await type(shell, 'stty -icanon -echo; echo rea""dy; head -c 100000 | wc -c\r', /ready/);
  expect(shell.of('ack')).toEqual([]);
  for (let piece = 0; piece < 100; piece += 1) shell.keys('x'.repeat(1000));
  await expect.poll(() => shell.screen).toMatch(/^\s*100000/m);
  expect(shell.of('ack')).toEqual([{ type: 'ack', bytes: expect.toSatisfy((bytes) => bytes >= 64 * 1024) }]);
});

test('a paste of more than 32 KiB arrives as it was, line by line', async () => {
  const shell = await openShellStream(await developer(), world.place('shell'));
  const lines = Array.from({ length: 800 }, (_, number) => `${number} 集群 ${'x'.repeat(40)}`);
  const paste = Buffer.from(`${lines.join('\n')}\n`);
  expect(paste.length).toBeGreaterThan(32 * 1024);
  await type(shell, `stty -echo; echo rea""dy; head -c ${paste.length} | md5sum\r`, /ready/);
  for (let at = 0; at < paste.length; at += 5000) shell.socket.send(paste.subarray(at, at + 5000));
  const digest = createHash('md5').update(paste).digest('hex');
  await expect.poll(() => shell.screen).toContain(digest);
});

test('a recording replays exactly, for its owner and those with the right only', async () => {
  const user = await developer();
  const shell = await openShellStream(user, world.place('shell'));
  await type(shell, 'printf "\\303\\274\\033[31mred\\033[0m\\n"\r', /red/);
  shell.keys('exit\r');
  await expect.poll(() => shell.end).toBeDefined();
  const { terminal } = shell.of('started')[0]!;
  const path = `/terminals/${terminal}/recording`;
  await expect.poll(async () => recordedOutput((await user.get(path)).body)).toContain('exit');
  const cast = (await user.get(path)).body as string;
  expect(JSON.parse(cast.split('\n')[0]!)).toMatchObject({ version: 2, width: 80, height: 24 });
  expect(recordedOutput(cast)).toContain('\u00fc\u001b[31mred\u001b[0m');

  const stranger = await developer();
  expect((await stranger.get(path)).status).toBe(403);
  expect((await stranger.get(path.replace(terminal, crypto.randomUUID()))).status).toBe(403);
  const ticket = await stranger.post('/tickets', {
    purpose: 'download',
    what: { kind: 'recording', terminal },
  });
  expect(ticket.status).toBe(403);
  expect((await world.api.admin.get(path)).body).toBe(cast);
  const url = await ticketUrl(user, { purpose: 'download', what: { kind: 'recording', terminal } });
  const download = await fetch(`${world.api.url}${url}`);
  expect(download.headers.get('content-disposition')).toBe(`attachment; filename=shell-${terminal}.cast`);
  expect(await download.text()).toBe(cast);
  const listed = await world.api.admin.get('/terminals?q=developer');
  expect(listed.body.items[0]).toMatchObject({
    id: terminal,
    user: user.username,
    endReason: 'exit',
    exitCode: 0,
  });
});

test('a recording is encrypted where it lies', async () => {
  const { prisma } = world.api.container.database;
  const chunks = await prisma.terminalChunk.findMany();
  expect(chunks.length).toBeGreaterThan(0);
  const gzipHeader = Buffer.from('1f8b0800', 'hex');
  for (const { data } of chunks) expect(Buffer.from(data).includes(gzipHeader)).toBe(false);
});

test('get rights give no shell', async () => {
  const viewer = await world.api.signUp('looks-only', [
    { role: 'viewer', scope: { kind: 'namespace', cluster: 'here', namespace } },
  ]);
  const answer = await viewer.post('/tickets', { purpose: 'exec', ...world.place('shell') });
  expect(answer.status).toBe(403);
});

test('a container that is not there: refused, naming those that are, nothing left behind', async () => {
  const stream = await openStream(await developer(), 'exec', { ...world.place('shell'), container: 'nope' });
  stream.say({ type: 'start', columns: 80, rows: 24 });
  await expect
    .poll(() => stream.end)
    .toMatchObject({
      reason: 'failed',
      error: { code: 'noSuchContainer', params: { container: 'nope', containers: expect.any(String) } },
    });
});

test('every exec is joined with the cluster’s own audit log, none missing on either side', async () => {
  const user = await developer();
  const audited = await world.auditedFromNow();
  const shell = await openShellStream(user, world.place('shell'));
  shell.keys('exit\r');
  await expect.poll(() => shell.end).toBeDefined();
  await expect.poll(() => auditOf('shell.end', user)).toMatchObject([{ outcome: 'succeeded' }]);
  const ours = await Promise.all(
    ['shell.find', 'shell.open', 'shell.end'].map((code) => auditOf(code, user)),
  );
  const ids = ours.flat().map((row) => row.auditId);
  await expect
    .poll(async () => {
      const execs = (await audited()).filter(({ requestURI }) =>
        requestURI.includes(`/${namespace}/pods/shell/exec`),
      );
      return [...new Set(execs.map(({ auditID }) => auditID))].toSorted();
    })
    .toEqual(ids.toSorted());
});
