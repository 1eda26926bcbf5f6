import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-database.ts';
import { migrate, migrationsFolder, readMigrations, type Migration } from './migrate.ts';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(path.join(tmpdir(), 'pilothouse-migrations-'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function migration(name: string, statements: string[], checksum = name.padEnd(64, '0')): Migration {
  return { name, checksum, statements };
}

async function query(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri: url, timezone: 'Z' });
  const [rows] = await connection.query<RowDataPacket[]>(sql).finally(() => connection.end());
  return rows;
}

test('the platform’s migrations are recorded as Prisma records them', async () => {
  const url = await server.createDatabase();
  const migrations = await readMigrations(migrationsFolder);
  const begunAt = Date.now();
  await migrate(url, migrations);
  const rows = await query(url, 'SELECT * FROM _prisma_migrations ORDER BY migration_name');
  expect(rows.map((row) => [row.migration_name, row.checksum])).toEqual(
    migrations.map(({ name, checksum }) => [name, checksum]),
  );
  for (const row of rows) {
    expect(row.rolled_back_at).toBeNull();
    expect(row.logs).toBeNull();
    // the server's own time zone is not UTC
    expect(row.finished_at.getTime()).toBeGreaterThanOrEqual(begunAt - 1);
    expect(row.finished_at.getTime()).toBeLessThanOrEqual(Date.now() + 1);
  }
  const applied: string[] = [];
  await migrate(url, migrations, ({ name }) => applied.push(name));
  expect(applied).toEqual([]);
});

test('several processes at once apply each migration once', async () => {
  const url = await server.createDatabase();
  const migrations = [
    migration('1_create', ['CREATE TABLE counted (n INT)', 'INSERT INTO counted VALUES (1)']),
    migration('2_slow', ['DO SLEEP(0.3)', 'INSERT INTO counted VALUES (2)']),
  ];
  await Promise.all([migrate(url, migrations), migrate(url, migrations), migrate(url, migrations)]);
  expect((await query(url, 'SELECT n FROM counted ORDER BY n')).map((row) => row.n)).toEqual([1, 2]);
});

test('a migration killed in the middle goes on where it was', async () => {
  const url = await server.createDatabase();
  await mkdir(path.join(folder, '1_long'));
  const statements = [
    'CREATE TABLE steps (n INT)',
    'INSERT INTO steps VALUES (1)',
    'INSERT INTO steps SELECT 2 FROM (SELECT SLEEP(2)) AS wait',
    'ALTER TABLE steps ADD COLUMN more INT',
    'INSERT INTO steps VALUES (4, 4)',
  ];
  await writeFile(path.join(folder, '1_long', 'migration.sql'), `${statements.join(';\n')};\n`);
  const script = `
    import { migrate, readMigrations } from ${JSON.stringify(path.join(import.meta.dirname, 'migrate.ts'))};
    await migrate(process.argv[1], await readMigrations(process.argv[2]));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, url, folder], {
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  await expect.poll(() => query(url, 'SELECT n FROM steps').catch(() => [])).toHaveLength(1);
  child.kill('SIGKILL');
  await ended;

  await migrate(url, await readMigrations(folder));
  const rows = await query(url, 'SELECT n, more FROM steps ORDER BY n');
  expect(rows.map((row) => row.n).filter((n) => n !== 2)).toEqual([1, 4]);
  const [record] = await query(url, 'SELECT * FROM _prisma_migrations');
  expect(record?.finished_at).not.toBeNull();
  expect(record?.applied_steps_count).toBe(statements.length);
});

test('a statement that was done, but not counted before the kill, is forgiven; no other is', async () => {
  const url = await server.createDatabase();
  const create = ['CREATE TABLE first (n INT)', 'CREATE TABLE second (n INT)', 'CREATE TABLE third (n INT)'];
  await migrate(url, []);
  await query(url, 'CREATE TABLE first (n INT)');
  await query(url, 'CREATE TABLE second (n INT)');
  await query(
    url,
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, applied_steps_count)
     VALUES ('a', '${'1_tables'.padEnd(64, '0')}', '1_tables', 1)`,
  );
  await migrate(url, [migration('1_tables', create)]);
  expect(await query(url, "SHOW TABLES LIKE 'third'")).toHaveLength(1);

  await expect(migrate(url, [migration('1_tables', create), migration('2_again', create)])).rejects.toThrow(
    /Statement 1 of 3 of the migration 2_again failed: .*exists/,
  );
  const [failed] = await query(
    url,
    "SELECT logs, finished_at FROM _prisma_migrations WHERE migration_name = '2_again'",
  );
  expect(failed?.logs).toContain('Statement 1 of 3');
  expect(failed?.finished_at).toBeNull();
});

test('a database of a newer version, or of another content, is refused with a sentence', async () => {
  const url = await server.createDatabase();
  await migrate(url, [migration('1_a', ['DO 1']), migration('2_b', ['DO 1'])]);
  await expect(migrate(url, [migration('1_a', ['DO 1'])])).rejects.toThrow(/2_b of a newer version/);
  await expect(
    migrate(url, [migration('1_a', ['DO 1'], 'f'.repeat(64)), migration('2_b', ['DO 1'])]),
  ).rejects.toThrow(/1_a was applied with another content/);
});
