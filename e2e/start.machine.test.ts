// Depends on: tools/start, apps/api/src/main.ts, apps/api/src/config.ts, apps/api/src/container.ts, apps/api/src/db, prisma
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPrivateMariaDb } from '@pilothouse/start/mariadb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changeFirstPassword, signInToApi } from './support/api.ts';
import { processesOf, waitUntil } from './support/processes.ts';
import { freePort, startProduct } from './support/product.ts';
import { adminOf } from './support/scene.ts';
import { adminPassword } from './support/sign-in.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

let dataFolder: string;
beforeEach(() => (dataFolder = mkdtempSync(join(tmpdir(), 'pilothouse-start-'))));
afterEach(() => {
  const left = processesOf(dataFolder);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  rmSync(dataFolder, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`Left running: ${left.map(({ command }) => command).join('\n')}`);
});

interface Run {
  npm: ChildProcess & { pid: number };
  output: () => string;
  exitCode: Promise<number | null>;
}

/** `npm start` in a process group of its own, as a shell with job control runs it. */
async function npmStart(settings: Record<string, string> = {}): Promise<Run> {
  const npm = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PILOTHOUSE_PORT: String(await freePort()),
      PILOTHOUSE_DATA: dataFolder,
      PILOTHOUSE_DEMO: 'off',
      DATABASE_URL: '',
      ...settings,
    },
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const exitCode = new Promise<number | null>((settle) => npm.once('exit', settle));
  return { npm: npm as Run['npm'], output: () => output, exitCode };
}

const isReady = (run: Run) => () => run.output().includes('Pilothouse is ready');

test.each([
  ['SIGTERM', 'npm'],
  ['SIGTERM', 'the process group'],
  ['SIGINT', 'npm'],
  ['SIGINT', 'the process group'],
] as const)('%s to %s stops everything within 10 s', async (signal, target) => {
  const run = await npmStart();
  await waitUntil('ready', isReady(run), 120_000);
  expect(processesOf(dataFolder).some(({ command }) => command.includes('mariadbd'))).toBe(true);
  process.kill(target === 'npm' ? run.npm.pid : -run.npm.pid, signal);
  await waitUntil('everything stopped', () => processesOf(dataFolder).length === 0);
});

test('a signal while it is still starting stops what runs so far', async () => {
  const run = await npmStart();
  await waitUntil(
    'the database starts',
    () => processesOf(dataFolder).some(({ command }) => command.includes('mariadbd')),
    60_000,
  );
  process.kill(run.npm.pid, 'SIGTERM');
  await waitUntil('everything stopped', () => processesOf(dataFolder).length === 0);
});

test('after a kill -9 of the start script everything ends by itself, and the next start has all data', async () => {
  const first = await startProduct({ dataFolder });
  await adminOf(first);
  await first.kill();
  const second = await startProduct({ dataFolder });
  expect(second.firstPassword).toBeNull();
  await signInToApi(second.url, 'admin', adminPassword);
  await second.stop();
  // the platform may be waiting for its database, which is gone
  await waitUntil('everything ended', () => processesOf(dataFolder).length === 0, 10_000);
});

test('after a kill -9 of everything at once the next start has all data', async () => {
  const first = await startProduct({ dataFolder });
  await adminOf(first);
  for (const { pid } of processesOf(dataFolder)) process.kill(pid, 'SIGKILL');
  const second = await startProduct({ dataFolder });
  expect(second.firstPassword).toBeNull();
  await signInToApi(second.url, 'admin', adminPassword);
  await second.stop();
});

test('a database that dies is started again at the same address', async () => {
  const product = await startProduct({ dataFolder });
  await adminOf(product);
  const database = processesOf(dataFolder).find(({ command }) => command.includes('mariadbd'));
  process.kill(database?.pid ?? 0, 'SIGKILL');
  await waitUntil('the platform answers again', async () => {
    return signInToApi(product.url, 'admin', adminPassword).then(
      () => true,
      () => false,
    );
  });
  await product.stop();
});

test('a port in use is said in one sentence with its holder and a way out', async () => {
  const holder = createServer();
  const port = await new Promise<number>((settle) => {
    holder.listen(0, '127.0.0.1', () => settle((holder.address() as { port: number }).port));
  });
  const run = await npmStart({ PILOTHOUSE_PORT: String(port) });
  expect(await run.exitCode).not.toBe(0);
  holder.close();
  expect(run.output()).toContain(`Port ${port} on 127.0.0.1 is in use by process ${process.pid}`);
  expect(run.output()).toContain(`PILOTHOUSE_PORT=${port + 1} npm start`);
});

test('a second start from the same data folder names the first', async () => {
  const first = await startProduct({ dataFolder });
  const run = await npmStart();
  expect(await run.exitCode).not.toBe(0);
  expect(run.output()).toContain(
    `Pilothouse already runs from ${dataFolder}: process ${first.pid}, ${first.url}.`,
  );
  await first.stop();
});

test('a bad setting is named, and nothing stays behind', async () => {
  const run = await npmStart({ PILOTHOUSE_LOG_LEVEL: 'chatty' });
  expect(await run.exitCode).not.toBe(0);
  expect(run.output()).toContain('The setting PILOTHOUSE_LOG_LEVEL cannot be used');
});

test('DATABASE_URL is used instead of a private MariaDB, and a wrong password is said', async () => {
  const folder = join(dataFolder, 'other-mariadb');
  const database = await startPrivateMariaDb({ folder });
  try {
    const product = await startProduct({ dataFolder, settings: { DATABASE_URL: database.url } });
    await adminOf(product);
    expect(processesOf(dataFolder).filter(({ command }) => command.includes('mariadbd'))).toHaveLength(1);
    await product.stop();

    const wrong = new URL(database.url);
    wrong.password = 'wrong';
    const run = await npmStart({ DATABASE_URL: wrong.href });
    expect(await run.exitCode).not.toBe(0);
    expect(run.output()).toMatch(/database/i);
    expect(run.output()).not.toContain(new URL(database.url).password);
  } finally {
    await database.stop();
  }
});

test('a copy of the data folder of a stopped platform is a backup', async () => {
  const first = await startProduct({ dataFolder: join(dataFolder, 'first') });
  await adminOf(first);
  await first.stop();
  cpSync(join(dataFolder, 'first'), join(dataFolder, 'copy'), { recursive: true });
  const copy = await startProduct({ dataFolder: join(dataFolder, 'copy') });
  expect(copy.firstPassword).toBeNull();
  await signInToApi(copy.url, 'admin', adminPassword);
  await copy.stop();
});

test.each(['running', 'stopped'])(
  'npm run admin resets a password while the platform is %s',
  async (state) => {
    const first = await startProduct({ dataFolder });
    await adminOf(first);
    if (state === 'stopped') await first.stop();
    // not in this thread: who is kept from hearing that a connection was closed asks on it, in vain
    const { stdout: printed } = await promisify(execFile)(
      'npm',
      ['run', '--silent', 'admin', '--', 'reset-password', 'admin'],
      { cwd: root, env: { ...process.env, PILOTHOUSE_DATA: dataFolder, DATABASE_URL: '' } },
    );
    const oneTime = /One-time password of admin: (\S+)/.exec(printed)?.[1] ?? '';
    const product = state === 'stopped' ? await startProduct({ dataFolder }) : first;
    await expect(signInToApi(product.url, 'admin', adminPassword)).rejects.toThrow('badCredentials');
    const next = 'another harbour at dusk 8';
    await changeFirstPassword(product.url, { username: 'admin', first: oneTime, next });
    await product.stop();
  },
);
