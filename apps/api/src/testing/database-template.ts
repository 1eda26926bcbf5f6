import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '@pilothouse/start/lock';
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
  const folder = inject('databaseTemplate');
  const data = path.join(folder, 'data');
  const make = async () => {
    if (existsSync(data)) return;
    const server = await startPrivateMariaDb({ folder: path.join(folder, 'server') });
    try {
      const connection = await createConnection(server.url);
      await connection
        .query(`CREATE DATABASE IF NOT EXISTS ${migratedDatabase}`)
        .finally(() => connection.end());
      await migrate(migratedUrl(server.url), await readMigrations(migrationsFolder));
    } finally {
      await server.stop();
    }
    await rename(path.join(folder, 'server/data'), data);
  };
  if (!existsSync(data)) await withLock(path.join(folder, 'lock'), () => undefined, make);
  return data;
}

/** Of a server that began with the template. */
export function migratedUrl(server: string): string {
  const url = new URL(server);
  url.pathname = `/${migratedDatabase}`;
  return url.href;
}
