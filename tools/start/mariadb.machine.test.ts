// Depends on: tools/start
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createConnection } from 'mysql2/promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOf } from './lib/processes.mjs';
import { startPrivateMariaDb, withPrivateMariaDb } from './mariadb.mjs';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pilothouse-mariadb-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function ask(url: string, sql: string) {
  const connection = await createConnection(url);
  try {
    return (await connection.query(sql))[0];
  } finally {
    await connection.end();
  }
}

test('listens on loopback only, in UTC, for its own databases and nothing else', async () => {
  const server = await startPrivateMariaDb({ folder });
  try {
    expect(await ask(server.url, 'SELECT @@bind_address AS address, @@time_zone AS zone')).toEqual([
      { address: '127.0.0.1', zone: '+00:00' },
    ]);
    await ask(server.url, 'CREATE DATABASE pilothouse_other');
    await expect(ask(server.url, 'CREATE DATABASE elsewhere')).rejects.toMatchObject({ errno: 1044 });
    await expect(ask(server.url, 'SELECT * FROM mysql.global_priv')).rejects.toMatchObject({ errno: 1142 });
    const { port } = new URL(server.url);
    for (const user of ['root', 'mariadb.sys', '']) {
      const stranger = ask(`mysql://${user}@127.0.0.1:${port}/mysql`, 'SELECT 1');
      await expect(stranger).rejects.toMatchObject({
        errno: expect.toSatisfy((n) => [1045, 1130, 4151].includes(n)),
      });
    }
  } finally {
    await server.stop();
  }
  expect(startOf(server.pid)).toBeUndefined();
});

test('keeps its data, and its address when asked to', async () => {
  const first = await startPrivateMariaDb({ folder });
  await ask(first.url, 'CREATE TABLE kept (n INT)');
  await first.stop();
  const second = await startPrivateMariaDb({ folder, url: first.url });
  try {
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'SELECT * FROM kept')).toEqual([]);
  } finally {
    await second.stop();
  }
});

test('makes a half-made data folder again', async () => {
  mkdirSync(join(folder, 'data.unfinished/mysql'), { recursive: true });
  writeFileSync(join(folder, 'data.unfinished/ibdata1'), 'half');
  const server = await startPrivateMariaDb({ folder });
  try {
    expect(await ask(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await server.stop();
  }
});

test('says who uses the folder, and lets short work use the running server', async () => {
  const server = await startPrivateMariaDb({ folder });
  try {
    await expect(startPrivateMariaDb({ folder })).rejects.toThrow(`in use by process ${process.pid}`);
    expect(await withPrivateMariaDb({ folder }, async (url) => url)).toBe(server.url);
  } finally {
    await server.stop();
  }
  const pid = await withPrivateMariaDb({ folder }, async () => {
    return (JSON.parse(readFileSync(join(folder, 'access.json'), 'utf8')) as { pid: number }).pid;
  });
  expect(startOf(pid)).toBeUndefined();
});

test('does not outlive an owner that was killed, and starts again after it', async () => {
  const module = fileURLToPath(new URL('./mariadb.mjs', import.meta.url));
  const script = `
    const { startPrivateMariaDb } = await import(${JSON.stringify(module)});
    const { pid } = await startPrivateMariaDb({ folder: ${JSON.stringify(folder)} });
    console.log(pid);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(await new Promise((settle) => owner.stdout.once('data', settle)));
  expect(startOf(pid)).toBeDefined();
  owner.kill('SIGKILL');
  const server = await startPrivateMariaDb({ folder });
  try {
    expect(startOf(pid)).toBeUndefined();
    expect(await ask(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await server.stop();
  }
});

test('says what MariaDB said when it does not start', async () => {
  const broken = startPrivateMariaDb({ folder, extraArguments: ['--no-such-option'] });
  await expect(broken).rejects.toThrow(/MariaDB did not start: .*no-such-option/);
});
