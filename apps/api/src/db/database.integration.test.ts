import { inspect } from 'node:util';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestDatabase, type TestServer } from '../testing/test-database.ts';
import { checkDatabase, createDatabase, type Database } from './database.ts';
import { isUniqueViolation } from './database-error.ts';
import { newId } from './ids.ts';
import { bumpVersion, Versions } from './versions.ts';

describe.each(['+00:00', '+08:00'])('with the server at %s', (timeZone) => {
  let server: TestServer;
  let database: Database;

  beforeAll(async () => {
    server = await startTestDatabase({ timeZone });
    database = createDatabase(server.url);
  });
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  const event = (at: Date) => ({
    id: newId(),
    at,
    code: 'test',
    address: '127.0.0.1',
    params: { nested: [1, 'é', null, { deep: true }] },
    outcome: 'pending',
    auditId: newId(),
  });

  test('times go in and out as the same instant, and lie in the table as UTC', async () => {
    const at = new Date('2026-03-29T01:30:00.123Z');
    const { id } = await database.prisma.auditEvent.create({ data: event(at) });
    const read = await database.prisma.auditEvent.findUniqueOrThrow({ where: { id } });
    expect(read.at).toEqual(at);
    const connection = await createConnection({ uri: server.url, dateStrings: true });
    const [rows] = await connection.query<RowDataPacket[]>('SELECT at FROM audit_events WHERE id = ?', [id]);
    await connection.end();
    expect(rows[0]?.at).toBe('2026-03-29 01:30:00.123000');
    expect(await database.prisma.auditEvent.count({ where: { id, at: { gte: at, lte: at } } })).toBe(1);
  });

  test('the database’s own clock says UTC', async () => {
    const before = Date.now();
    const [row] = await database.prisma.$queryRaw<
      [{ now: string }]
    >`SELECT DATE_FORMAT(NOW(6), '%Y-%m-%dT%T.%fZ') AS now`;
    expect(Date.parse(row.now)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(row.now)).toBeLessThanOrEqual(Date.now());
  });

  test('JSON goes in and out unchanged', async () => {
    const { id, params } = await database.prisma.auditEvent.create({ data: event(new Date()) });
    expect((await database.prisma.auditEvent.findUniqueOrThrow({ where: { id } })).params).toEqual(params);
  });
});

describe('a database', () => {
  let server: TestServer;
  let database: Database;

  beforeAll(async () => {
    server = await startTestDatabase();
    database = createDatabase(server.url);
  });
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  test('a transaction is all or nothing', async () => {
    const role = (name: string) => ({
      id: newId(),
      name,
      builtIn: false,
      description: '',
      version: 1,
      createdAt: new Date(),
    });
    const twice = database.transaction(async (queries) => {
      await queries.role.create({ data: role('twice') });
      await queries.role.create({ data: role('twice') });
    });
    await expect(twice).rejects.toSatisfy(isUniqueViolation);
    expect(await database.prisma.role.count({ where: { name: 'twice' } })).toBe(0);
  });

  test('no error holds a value that was to be written', async () => {
    const secret = 'canary-of-an-error';
    const user = {
      id: newId(),
      username: 'u',
      displayName: secret,
      passwordHash: secret,
      mustChangePassword: false,
      passwordChangedAt: new Date(),
      createdAt: new Date(),
    };
    await database.prisma.user.create({ data: user });
    const failures = [
      database.prisma.user.create({ data: { ...user, id: newId() } }),
      database.prisma.user.create({ data: { ...user, id: newId(), username: 'x'.repeat(65) } }),
      database.prisma.$executeRaw`INSERT INTO nowhere VALUES (${secret})`,
    ];
    for (const failure of failures) {
      const error = await failure.catch((error: unknown) => error);
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret);
    }
  });

  /** A counter of the server's, which nobody else uses. */
  async function status(name: string): Promise<number> {
    const connection = await createConnection(server.url);
    const [rows] = await connection.query<RowDataPacket[]>('SHOW GLOBAL STATUS LIKE ?', [name]);
    await connection.end();
    return Number(rows[0]?.['Value']);
  }

  test('a statement is prepared once for each connection, and only so many are kept', async () => {
    const count = (ids: string[]) => database.prisma.role.count({ where: { id: { in: ids } } });
    await count(['a', 'b']);
    const before = await status('Com_stmt_prepare');
    for (let time = 0; time < 50; time += 1) await count(['a', 'b']);
    expect((await status('Com_stmt_prepare')) - before).toBeLessThanOrEqual(10);
    // each length of a list is a statement of its own
    const lists = Array.from({ length: 1500 }, (_, length) => Array.from({ length }, String));
    const waiting = lists.values();
    await Promise.all(
      // as many at a time as there are connections, so that none waits for one
      Array.from({ length: 10 }, async () => {
        for (const list of waiting) await count(list);
      }),
    );
    for (const list of lists.slice(0, 300)) await database.transaction(() => count(list));
    expect(await status('Prepared_stmt_count')).toBeLessThanOrEqual(1000);
  });

  test('a raised version is heard of without being asked for', async () => {
    const versions = new Versions(database, () => undefined);
    await versions.start();
    const heard: string[] = [];
    versions.onChange('access', () => heard.push('access'));
    versions.onChange('policies', () => heard.push('policies'));
    await database.transaction((queries) => bumpVersion(queries, 'access', 'policies'));
    await expect.poll(() => heard).toEqual(['policies', 'access']);
    versions.stop();
  });

  test.each([
    ['another password', (url: URL) => (url.password = 'wrong'), /refuses the user name or password/],
    ['another port', (url: URL) => (url.port = '1'), /nothing listens at 127\.0\.0\.1:1/],
    ['another host', (url: URL) => (url.hostname = 'nowhere.invalid'), /host nowhere\.invalid is not known/],
    [
      'another database',
      (url: URL) => (url.pathname = '/pilothouse_absent'),
      /has no database pilothouse_absent/,
    ],
  ])('with %s it is said what is wrong, without the password', async (_what, change, sentence) => {
    const url = new URL(server.url);
    change(url);
    const failure = await checkDatabase(url.href).catch((error: unknown) => String(error));
    expect(failure).toMatch(sentence);
    expect(failure).not.toContain(url.password);
  });
});
