import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from './ids.ts';
import { createDatabase, type Database } from './database.ts';
import { AuditRepository } from '../audit/audit.repository.ts';
import { OperationsRepository } from '../operations/operations.repository.ts';
import { testInputs } from '../operations/testing/counting-operation.ts';
import { dayMs, Retention } from './retention.ts';
import { startTestDatabase, type TestServer } from '../testing/test-database.ts';

let server: TestServer;
let database: Database;
let statements: number[];
let retention: Retention;
const now = new Date('2026-06-01T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const minute = 60_000;

beforeAll(async () => {
  server = await startTestDatabase();
  database = createDatabase(server.url);
  statements = [];
  const audit = new AuditRepository(database);
  const operations = new OperationsRepository(database, testInputs);
  retention = new Retention((error) => expect.unreachable(String(error)));
  retention.add(
    {
      keepMs: 365 * dayMs,
      prune: async (before, most) => {
        const dropped = await audit.prune(before, most);
        statements.push(dropped);
        return dropped;
      },
    },
    { keepMs: 90 * dayMs, prune: (before, most) => operations.prune(before, most) },
  );
});
afterAll(async () => {
  await database?.close();
  await server?.stop();
});

function event(at: Date) {
  return { id: newId(), at, code: 'x', address: '', params: {}, outcome: 'succeeded', auditId: newId() };
}

async function operation(createdAt: Date, endedAt: Date | null, items: number): Promise<void> {
  const id = newId();
  const state = endedAt === null ? 'running' : 'succeeded';
  const row = { id, kind: 'x', input: {}, state, actor: 'ada', address: '', cancelRequested: false };
  await database.prisma.operation.create({
    data: { ...row, fence: 0, attempt: 0, createdAt, endedAt, updatedAt: createdAt },
  });
  await database.prisma.operationItem.createMany({
    data: Array.from({ length: items }, (_, position) => {
      return { id: newId(), operationId: id, position, target: 't', input: {}, state: 'succeeded' };
    }),
  });
}

test('what is older than it is to be kept goes, a little at a time; all else stays', async () => {
  const { prisma } = database;
  const kept = [event(new Date(daysAgo(365).getTime() + minute)), event(now)];
  // hours matter: the server's own time zone is another
  const old = [event(new Date(daysAgo(365).getTime() - minute))];
  for (let index = 0; index < 1200; index += 1) old.push(event(daysAgo(400)));
  await prisma.auditEvent.createMany({ data: [...old, ...kept] });
  await operation(daysAgo(100), daysAgo(91), 1100);
  await operation(daysAgo(100), null, 1);
  await operation(daysAgo(100), daysAgo(89), 1);
  await operation(daysAgo(1), now, 1);
  await retention.prune(now);
  const left = await prisma.auditEvent.findMany({ select: { id: true } });
  expect(left.map(({ id }) => id).toSorted()).toEqual(kept.map(({ id }) => id).toSorted());
  expect(statements).toEqual([500, 500, 201, 0]);
  expect(await prisma.operation.count()).toBe(3);
  expect(await prisma.operationItem.count()).toBe(3);
  await retention.prune(now);
  expect(await prisma.operation.count()).toBe(3);
});
