import { randomBytes } from 'node:crypto';
import { constants, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPrivateMariaDb } from '@pilothouse/start/mariadb';
import { createConnection } from 'mysql2/promise';
import { migrate, migrationsFolder, readMigrations } from '../db/migrate.ts';
import { databaseTemplate, migratedUrl } from './database-template.ts';
import { startTestMySql } from './test-mysql.ts';

/** A MariaDB of its own for a test file, or a MySQL in the run against that. */
export interface TestServer {
  url: string;
  pid: number;
  /** The URL of a new, empty database. */
  createDatabase(): Promise<string>;
  /** After its process was killed: starts it at the same address, with its data. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** The server's default; far from UTC unless said otherwise, so that a time that is not pinned shows. */
  timeZone?: string;
}

/** The Debian with a MySQL to test against, where `npm test machine` says so. */
const mysqlRoot = process.env['PILOTHOUSE_TEST_MYSQL'];

/** Starts one in a folder of its own; call it from the test's main thread, it dies with that. */
export async function startTestServer({ timeZone = '+08:00' }: TestServerOptions = {}): Promise<TestServer> {
  if (mysqlRoot !== undefined) {
    const server = await startTestMySql(mysqlRoot, timeZone);
    const createDatabase = () => createDatabaseOn(server.url);
    const startAgain = () => Promise.reject(new Error('Only a MariaDB is started again'));
    return { ...server, createDatabase, startAgain };
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'pilothouse-test-'));
  const copying = { recursive: true, mode: constants.COPYFILE_FICLONE };
  await cp(await databaseTemplate(), path.join(folder, 'data'), copying);
  const extraArguments = [`--default-time-zone=${timeZone}`, '--innodb-flush-log-at-trx-commit=0'];
  let server = await startPrivateMariaDb({ folder, extraArguments });
  return {
    url: server.url,
    pid: server.pid,
    createDatabase: () => createDatabaseOn(server.url),
    async startAgain() {
      await server.stop();
      server = await startPrivateMariaDb({ folder, url: server.url, extraArguments });
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createDatabaseOn(server: string): Promise<string> {
  const name = `pilothouse_${randomBytes(6).toString('hex')}`;
  const connection = await createConnection(server);
  await connection.query(`CREATE DATABASE \`${name}\``).finally(() => connection.end());
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** As {@link startTestServer}, with a migrated database. */
export async function startTestDatabase(options?: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options);
  if (mysqlRoot === undefined) return { ...server, url: migratedUrl(server.url) };
  const url = await server.createDatabase();
  await migrate(url, await readMigrations(migrationsFolder));
  return { ...server, url };
}
