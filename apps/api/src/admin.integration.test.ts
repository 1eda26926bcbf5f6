import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KeyFile } from './db/key-ring.ts';
import { newId } from './db/ids.ts';
import { sealedColumns } from './db/rewrap-secrets.ts';
import { SecretBox } from './db/secret-box.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.stop());

/** Runs the command the way `npm run admin` does. */
function admin(...args: string[]) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'admin.ts'), ...args], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATABASE_URL: api.database.url,
      PILOTHOUSE_DATA: api.container.config.dataFolder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const ended = once(child, 'exit').then(([code]) => ({ code, output }));
  return { child, ended };
}

test('reset-password ends the user’s sessions and lets them in with the new password only', async () => {
  // a second try has a user of its own
  const username = `ada-${Date.now().toString(36)}`;
  const user = await api.signUp(username);
  const { code, output } = await admin('reset-password', username).ended;
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(username) });
  const [, password] = new RegExp(`One-time password of ${username}: (\\S+)`).exec(output) ?? [];
  await within(5000, () => expect.poll(async () => (await user.get('/auth/me')).status).toBe(401));
  const withTheOld = { username, password: user.password };
  expect((await api.anonymous.post('/auth/login', withTheOld)).status).toBe(401);
  const signedIn = await api.anonymous.post('/auth/login', { username, password });
  expect(signedIn.body.mustChangePassword).toBe(true);
});

test('what is not there, or not asked rightly, ends with a sentence and no stack', async () => {
  expect(await admin('reset-password', 'nobody').ended).toEqual({
    code: 1,
    output: 'There is no user nobody.\n',
  });
  const { code, output } = await admin('format').ended;
  expect(code).toBe(1);
  expect(output).toMatch(/reset-password <user>.*\n.*rotate-master-key/);
});

test('rotate-master-key, killed in the middle, loses nothing and is finished by the next run', async () => {
  const { prisma } = api.container.database;
  const keys = new KeyFile(path.join(api.container.config.dataFolder, 'master.key'));
  const box = new SecretBox(keys);
  const before = keys.current();
  const secrets = new Map(Array.from({ length: 4000 }, () => [newId(), `secret of ${newId()}`]));
  const terminalId = await insertTerminal(api);
  await prisma.terminalChunk.createMany({
    data: [...secrets].map(([id, secret], seq) => ({
      id,
      terminalId,
      seq,
      data: box.seal('terminal_chunks', id, 'data', secret),
      createdAt: new Date(),
    })),
  });
  const allOpen = async () => {
    for (const { id, data } of await prisma.terminalChunk.findMany()) {
      expect(box.open('terminal_chunks', id, 'data', data).toString()).toBe(secrets.get(id));
    }
  };
  const left = () =>
    prisma.$queryRaw<[{ n: bigint }]>`
      SELECT COUNT(*) AS n FROM terminal_chunks WHERE HEX(SUBSTRING(data, 2, 8)) = ${before.id.toUpperCase()}`.then(
      ([row]) => Number(row.n),
    );

  const { child, ended } = admin('rotate-master-key');
  await expect.poll(left, { timeout: 20_000, interval: 5 }).toBeLessThan(secrets.size);
  child.kill('SIGKILL');
  await ended;
  expect(await left(), 'killed before it was done').toBeGreaterThan(0);
  expect(keys.all()).toHaveLength(2);
  await allOpen();

  expect(await admin('rotate-master-key').ended).toMatchObject({ code: 0 });
  expect(await left()).toBe(0);
  expect(keys.all()).toHaveLength(1);
  expect(keys.current().id).not.toBe(before.id);
  await allOpen();
});

/** Figures, which are no secrets. */
const plainColumns = ['usage_frames.data', 'usage_blocks.data', 'cluster_probe_hours.minutes'];

test('every column of bytes is among those a rotation seals anew', async () => {
  const schema = await readFile(path.join(import.meta.dirname, '../../../prisma/schema.prisma'), 'utf8');
  const found = [...schema.matchAll(/^model \w+ \{\n(.*?)^\}/gms)].flatMap(([, body = '']) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1];
    return [...body.matchAll(/^ +(\w+) +Bytes\b\??(?: +@map\("(\w+)"\))?/gm)].map(
      ([, field, column = field]) => ({
        table,
        column,
      }),
    );
  });
  const sealed = found.filter(({ table, column }) => !plainColumns.includes(`${table}.${column}`));
  expect(sealed).toEqual(sealedColumns);
});

async function insertTerminal({ container: { database } }: TestApi): Promise<string> {
  const id = newId();
  await database.prisma.terminal.create({
    data: {
      id,
      userId: newId(),
      username: 'ada',
      clusterId: newId(),
      cluster: 'test',
      namespace: 'default',
      pod: 'pod',
      podUid: newId(),
      container: 'main',
      shell: 'sh',
      replica: 'elsewhere:1',
      auditId: newId(),
      startedAt: new Date(),
      endedAt: new Date(),
      recordingBytes: 0n,
      truncated: false,
    },
  });
  return id;
}
