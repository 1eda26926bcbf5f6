import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { parseDatabaseUrl } from './database-url.ts';

/** One folder of prisma/migrations. */
export interface Migration {
  name: string;
  /** SHA-256 of the file, hex, as Prisma records it. */
  checksum: string;
  statements: string[];
}

export interface MigrationProgress {
  name: string;
  /** Counted over the migrations that were not applied yet. */
  position: number;
  total: number;
}

interface Applied extends RowDataPacket {
  id: string;
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
  applied_steps_count: number;
}

/** Where the migrations lie in the repository. */
export const migrationsFolder = path.join(import.meta.dirname, '../../../../prisma/migrations');

/** As `prisma migrate deploy` makes it (schema-engine, `sql_schema_connector/src/flavour/mysql`). */
const ledger = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at DATETIME(3),
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at DATETIME(3),
  started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

/** What a statement answers that had been done before the process died: the thing is there, or gone, already. */
const doneAlready = new Set([
  'ER_TABLE_EXISTS_ERROR',
  'ER_BAD_TABLE_ERROR',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_CANT_DROP_FIELD_OR_KEY',
  'ER_FK_DUP_NAME',
  'ER_DUP_CONSTRAINT_NAME',
  'ER_MULTIPLE_PRI_KEY',
]);

/** The migrations of a folder, oldest first. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(path.join(folder, name, 'migration.sql'), 'utf8');
      return {
        name,
        checksum: createHash('sha256').update(sql).digest('hex'),
        statements: statementsOf(sql),
      };
    }),
  );
}

/** Statements end with a semicolon at the end of a line; whole-line comments are left out. */
export function statementsOf(sql: string): string[] {
  return sql
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Brings the database up to date, one process at a time. DDL commits by itself, so each statement is counted as it is
 * done: after a kill the next run goes on behind the last one that counted, and forgives the one in between that was
 * done but not counted. Throws one sentence when the database and the migrations do not belong together.
 */
export async function migrate(
  url: string,
  migrations: Migration[],
  onProgress: (progress: MigrationProgress) => void = () => {},
): Promise<void> {
  const { ssl, ...address } = parseDatabaseUrl(url);
  const connection = await createConnection({
    ...address,
    ...(ssl && { ssl: { rejectUnauthorized: true } }),
    timezone: 'Z',
  });
  try {
    await connection.query("SET time_zone = '+00:00'");
    await lock(connection, `pilothouse.migrate.${address.database}`.slice(0, 64));
    await connection.query(ledger);
    const applied = await readLedger(connection);
    refuseStrangers(migrations, applied);
    const due = migrations.filter((migration) => applied.get(migration.name)?.finished_at == null);
    for (const [index, migration] of due.entries()) {
      onProgress({ name: migration.name, position: index + 1, total: due.length });
      await apply(connection, migration, applied.get(migration.name));
    }
  } finally {
    await connection.end();
  }
}

async function lock(connection: Connection, name: string): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, 120) AS granted', [name]);
  if (rows[0]?.granted !== 1)
    throw new Error('Another process has been migrating the database for two minutes.');
}

async function readLedger(connection: Connection): Promise<Map<string, Applied>> {
  const [rows] = await connection.query<Applied[]>(
    'SELECT * FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

function refuseStrangers(migrations: Migration[], applied: Map<string, Applied>): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of applied.values()) {
    const migration = known.get(row.migration_name);
    if (migration === undefined) {
      throw new Error(
        `The database has the migration ${row.migration_name} of a newer version of the platform.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      const how = row.finished_at === null ? 'half applied' : 'applied';
      throw new Error(`The migration ${row.migration_name} was ${how} with another content than it has now.`);
    }
  }
}

async function apply(
  connection: Connection,
  migration: Migration,
  begun: Applied | undefined,
): Promise<void> {
  const id = begun?.id ?? randomUUID();
  if (begun === undefined) {
    await connection.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES (?, ?, ?, NOW(3))',
      [id, migration.checksum, migration.name],
    );
  }
  const done = begun?.applied_steps_count ?? 0;
  for (const [index, statement] of migration.statements.entries()) {
    if (index < done) continue;
    try {
      await connection.query(statement);
    } catch (error) {
      const inDoubt = begun !== undefined && index === done;
      if (!inDoubt || !doneAlready.has((error as { code?: string }).code ?? '')) {
        await explain(connection, id, migration, index, error as Error);
      }
    }
    await connection.query('UPDATE _prisma_migrations SET applied_steps_count = ? WHERE id = ?', [
      index + 1,
      id,
    ]);
  }
  await connection.query('UPDATE _prisma_migrations SET finished_at = NOW(3), logs = NULL WHERE id = ?', [
    id,
  ]);
}

async function explain(
  connection: Connection,
  id: string,
  migration: Migration,
  index: number,
  cause: Error,
): Promise<never> {
  const where = `Statement ${index + 1} of ${migration.statements.length} of the migration ${migration.name}`;
  await connection
    .query('UPDATE _prisma_migrations SET logs = ? WHERE id = ?', [`${where}: ${cause.message}`, id])
    .catch(() => undefined);
  throw new Error(`${where} failed: ${cause.message}. The next start tries it again.`, { cause });
}
