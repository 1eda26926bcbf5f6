import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { startPrivateMariaDb } from '@pilothouse/start/mariadb';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';
import { migrate, migrationsFolder, readMigrations } from '../db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseTemplate: string;
  }
}

/** The database of a template that is migrated; the one beside it is empty. */
const migratedDatabase = 'pilothouse_migrated';

/** The data of a MariaDB that was stopped, to be copied: made by the first of a run that asks. */
export async function databaseTemplate(): Promise<string> {
  const data = path.join(inject('databaseTemplate'), 'data');
  if (existsSync(data)) return data;
  const folder = await mkdtemp(path.join(inject('databaseTemplate'), 'making-'));
  const server = await startPrivateMariaDb({ folder });
  try {
    const connection = await createConnection(server.url);
    await connection.query(`CREATE DATABASE ${migratedDatabase}`).finally(() => connection.end());
    await migrate(migratedUrl(server.url), await readMigrations(migrationsFolder));
  } finally {
    await server.stop();
  }
  // another may have been as quick, with the same
  await rename(path.join(folder, 'data'), data).catch((error: unknown) => {
    if (!existsSync(data)) throw error;
  });
  await rm(folder, { recursive: true, force: true });
  return data;
}

/** Of a server that began with the template. */
export function migratedUrl(server: string): string {
  const url = new URL(server);
  url.pathname = `/${migratedDatabase}`;
  return url.href;
}
