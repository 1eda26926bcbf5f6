import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { createConnection } from 'mysql2/promise';
import { isDeadlock } from './database-error.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { PrismaClient, type Prisma } from './generated/client.ts';

export type { Prisma } from './generated/client.ts';

/** What a repository needs: the client itself or a transaction of it. */
export type Queries = Prisma.TransactionClient;

export interface Database {
  readonly prisma: PrismaClient;
  /** All or nothing; repeated once when InnoDB chose it as a deadlock's victim. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Resolves when the database answers within 2 s. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Same on every connection, whatever the server's defaults are. */
const sessionSettings = [
  "SET time_zone = '+00:00'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
];

/** Opens a pool on `mysql://user:password@host:port/database`. Nothing is contacted before the first query. */
export function createDatabase(url: string): Database {
  const { ssl, ...address } = parseDatabaseUrl(url);
  const adapter = new PrismaMariaDb({
    ...address,
    ...(ssl && { ssl: { rejectUnauthorized: true } }),
    // MySQL 8 asks for its key before it takes a password over an unencrypted loopback connection
    allowPublicKeyRetrieval: !ssl,
    initSql: sessionSettings,
    connectionLimit: 10,
    minimumIdle: 1,
    connectTimeout: 3000,
    acquireTimeout: 5000,
    idleTimeout: 60,
    // of each connection; without it every statement is prepared, executed and closed. Servers allow 16,382 in all
    prepareCacheLength: 100,
    // errors go to the log: no values of a statement in them
    logParam: false,
  });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });

  async function transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const options = { maxWait: 5000, timeout: 15_000 };
    try {
      return await prisma.$transaction(work, options);
    } catch (error) {
      if (!isDeadlock(error)) throw error;
      return await prisma.$transaction(work, options);
    }
  }

  return {
    prisma,
    transaction,
    async ping() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('the database does not answer')), 2000);
      });
      await Promise.race([prisma.$queryRaw`SELECT 1`, late]).finally(() => clearTimeout(timer));
    },
    close: () => prisma.$disconnect(),
  };
}

const connectProblems: Record<string, (address: { host: string; port: number; database: string }) => string> =
  {
    ECONNREFUSED: ({ host, port }) => `nothing listens at ${host}:${port}`,
    ENOTFOUND: ({ host }) => `the host ${host} is not known`,
    ETIMEDOUT: ({ host, port }) => `${host}:${port} does not answer`,
    ER_ACCESS_DENIED_ERROR: () => 'it refuses the user name or password',
    ER_DBACCESS_DENIED_ERROR: ({ database }) => `its user may not use the database ${database}`,
    ER_BAD_DB_ERROR: ({ database }) => `it has no database ${database}`,
  };

/** Connects once. Throws one sentence about what is wrong, which a pool would report as a timeout only. */
export async function checkDatabase(url: string): Promise<void> {
  const { ssl, ...address } = parseDatabaseUrl(url);
  try {
    const connection = await createConnection({
      ...address,
      ...(ssl && { ssl: { rejectUnauthorized: true } }),
      connectTimeout: 5000,
    });
    await connection.end();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const problem = connectProblems[code ?? '']?.(address) ?? message;
    throw new Error(`The database of DATABASE_URL cannot be used: ${problem}.`, { cause: error });
  }
}
