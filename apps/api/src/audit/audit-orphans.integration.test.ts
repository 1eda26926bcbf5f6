import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { startTestDatabase, type TestServer } from '../testing/test-database.ts';
import { startAuditProcess } from './testing/audit-process.ts';

let server: TestServer;
let database: Database;
let here: Awaited<ReturnType<typeof startAuditProcess>>;
const children: ChildProcess[] = [];

beforeAll(async () => {
  server = await startTestDatabase();
  database = createDatabase(server.url);
  here = await startAuditProcess(database);
});
afterAll(async () => {
  await here?.processes.stop();
  await database?.close();
  await server?.stop();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Another process that has begun something. */
async function beginElsewhere(): Promise<{ child: ChildProcess; auditId: string }> {
  const file = path.join(import.meta.dirname, 'testing/audit-process.ts');
  const child = fork(file, [server.url], { execArgv: [] });
  children.push(child);
  const [auditId] = (await once(child, 'message')) as [string];
  return { child, auditId };
}

const rowOf = (auditId: string) => database.prisma.auditEvent.findFirstOrThrow({ where: { auditId } });
const outcomeOf = async (auditId: string) => (await rowOf(auditId)).outcome;

test('what a killed process has left open becomes unknown; what a living one has begun stays pending', async () => {
  const killed = await beginElsewhere();
  const living = await beginElsewhere();
  expect(await outcomeOf(killed.auditId)).toBe('pending');
  killed.child.kill('SIGKILL');
  await expect.poll(() => outcomeOf(killed.auditId)).toBe('unknown');
  const { at, endedAt, reason, owner } = await rowOf(killed.auditId);
  expect([endedAt!.getTime() > at.getTime(), reason]).toEqual([true, null]);
  expect(await outcomeOf(living.auditId)).toBe('pending');
  expect(await database.prisma.process.count({ where: { id: owner! } })).toBe(0);
});

test('a process that was only asleep still says how it ended', async () => {
  const { child, auditId } = await beginElsewhere();
  child.kill('SIGSTOP');
  await expect.poll(() => outcomeOf(auditId)).toBe('unknown');
  child.kill('SIGCONT');
  child.send('end');
  await expect.poll(() => outcomeOf(auditId)).toBe('succeeded');
  // it is alive again, for what it begins from now on
  const { owner } = await rowOf(auditId);
  await expect.poll(() => database.prisma.process.count({ where: { id: owner! } })).toBe(1);
});

test('rows of before there were owners are closed as well, however many', async () => {
  const row = { at: new Date(), code: 'old', address: '', params: {}, outcome: 'pending' };
  const rows = Array.from({ length: 1200 }, () => ({ ...row, id: newId(), auditId: newId() }));
  await database.prisma.auditEvent.createMany({ data: rows });
  const left = () => database.prisma.auditEvent.count({ where: { code: 'old', outcome: 'pending' } });
  await expect.poll(left).toBe(0);
});

test('who found out how a row ended is believed, once', async () => {
  const auditId = newId();
  const row = { at: new Date(), code: 'shell.open', address: '', params: {}, outcome: 'unknown' };
  await database.prisma.auditEvent.create({ data: { ...row, id: newId(), auditId } });
  await here.audit.endLeftOpen(auditId, 'shell.open', { outcome: 'failed', reason: 'platformRestart' });
  await here.audit.endLeftOpen(auditId, 'shell.open', { outcome: 'succeeded' });
  expect(await rowOf(auditId)).toMatchObject({ outcome: 'failed', reason: 'platformRestart' });
});
