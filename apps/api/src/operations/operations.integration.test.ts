import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createDatabase, type Database } from '../db/database.ts';
import { AppError } from '../http/app-error.ts';
import { startTestDatabase, type TestServer } from '../testing/test-database.ts';
import type { AuditIntent, AuditLog, AuditOutcome } from '../http/audit.ts';
import { countingHandler, countingOperations, countingRequest } from './testing/counting-operation.ts';
import type { OperationsRepository } from './operations.repository.ts';

let server: TestServer;
let database: Database;
let folder: string;
const children: ChildProcess[] = [];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startTestDatabase();
  database = createDatabase(server.url);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pilothouse-operations-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const stop of stops.splice(0)) await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startRunner(): Promise<ChildProcess & { pid: number }> {
  const child = fork(path.join(import.meta.dirname, 'testing/runner-process.ts'), [server.url], {
    execArgv: [],
  });
  children.push(child);
  await once(child, 'message');
  return child as ChildProcess & { pid: number };
}

function here(
  ...arguments_: Parameters<typeof countingOperations> extends [unknown, ...infer R] ? R : never
) {
  const { operations, repository } = countingOperations(database, ...arguments_);
  stops.push(() => operations.stop());
  return { operations, repository };
}

const journal = () => path.join(folder, 'journal');
const runs = () =>
  readFileSync(journal(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));

async function ended(repository: OperationsRepository, id: string) {
  await vi.waitFor(async () => expect((await repository.find(id))?.summary.endedAt).not.toBeNull(), {
    timeout: 20_000,
    interval: 50,
  });
  const found = await repository.find(id);
  return { state: found?.summary.state, counts: found?.summary.counts, items: await repository.items(id) };
}

test('runs every item once and keeps each result', async () => {
  const { operations, repository } = here();
  operations.start();
  const id = await operations.submit(countingRequest({ journal: journal(), itemMs: 1 }, 5));
  const { state, counts, items } = await ended(repository, id);
  expect(state).toBe('succeeded');
  expect(counts).toEqual({ total: 5, done: 5, failed: 0 });
  expect(items.map(({ target, state: itemState }) => [target, itemState])).toEqual(
    [0, 1, 2, 3, 4].map((n) => [`item ${n}`, 'succeeded']),
  );
  expect(runs().map(([, n]) => n)).toEqual([0, 1, 2, 3, 4]);
});

test('a process that is killed with -9 in the middle is taken over; only the item at work runs again', async () => {
  const { operations, repository } = here();
  const id = await operations.submit(countingRequest({ journal: journal(), itemMs: 400 }, 5));
  const first = await startRunner();
  await vi.waitFor(() => expect(runs()).toHaveLength(3), { timeout: 10_000 });
  first.kill('SIGKILL');
  await once(first, 'exit');
  const second = await startRunner();
  const { state, items } = await ended(repository, id);
  expect(state).toBe('succeeded');
  expect(items.map(({ result }) => result?.params['pid'])).toEqual([
    first.pid,
    first.pid,
    second.pid,
    second.pid,
    second.pid,
  ]);
  expect(runs().filter(([, n]) => n === 2)).toEqual([
    [first.pid, 2],
    [second.pid, 2],
  ]);
});

test('a paused process loses its lease, and what it writes when it wakes is refused', async () => {
  const { operations, repository } = here();
  const id = await operations.submit(countingRequest({ journal: journal(), itemMs: 600 }, 3));
  const paused = await startRunner();
  await vi.waitFor(() => expect(runs()).toHaveLength(2), { timeout: 10_000 });
  paused.kill('SIGSTOP');
  const second = await startRunner();
  const { state, items } = await ended(repository, id);
  expect(state).toBe('succeeded');
  const winners = [paused.pid, second.pid, second.pid];
  expect(items.map(({ result }) => result?.params['pid'])).toEqual(winners);

  paused.kill('SIGCONT');
  await sleep(1500);
  expect((await repository.items(id)).map(({ result }) => result?.params['pid'])).toEqual(winners);
  expect(runs().filter(([pid]) => pid === paused.pid)).toHaveLength(2);
});

test('two processes never work on the same operation', async () => {
  const { operations, repository } = here();
  const runners = [await startRunner(), await startRunner()];
  const requests = Array.from({ length: 6 }, () => countingRequest({ journal: journal(), itemMs: 20 }, 4));
  const ids = await Promise.all(requests.map((request) => operations.submit(request)));
  for (const id of ids) {
    const { state, items } = await ended(repository, id);
    expect(state).toBe('succeeded');
    expect(new Set(items.map(({ result }) => result?.params['pid'])).size).toBe(1);
  }
  expect(runs()).toHaveLength(24);
  expect(runs().every(([pid]) => runners.some((runner) => runner.pid === pid))).toBe(true);
});

test('a platform that stops hands over at once', async () => {
  const first = here();
  first.operations.start();
  const id = await first.operations.submit(countingRequest({ journal: journal(), itemMs: 300 }, 4));
  await vi.waitFor(() => expect(runs()).toHaveLength(2));
  await first.operations.stop();
  const left = await database.prisma.operation.findUniqueOrThrow({ where: { id } });
  expect(left).toMatchObject({ state: 'running', leaseOwner: null, leaseUntil: null, attempt: 0 });
  const second = await startRunner();
  const { items } = await ended(first.repository, id);
  expect(items.map(({ result }) => result?.params['pid'])).toEqual([
    process.pid,
    second.pid,
    second.pid,
    second.pid,
  ]);
});

test('a cancel lets the item at work end and leaves the rest undone', async () => {
  const { operations, repository } = here();
  operations.start();
  const id = await operations.submit(countingRequest({ journal: journal(), itemMs: 300 }, 4));
  await vi.waitFor(() => expect(runs()).toHaveLength(1));
  await operations.cancel(id);
  const { state, items } = await ended(repository, id);
  expect(state).toBe('cancelled');
  expect(items.map((item) => item.state)).toEqual(['succeeded', 'cancelled', 'cancelled', 'cancelled']);
  await expect(operations.cancel(id)).rejects.toMatchObject({ code: 'notCancellable' });
});

test('a cancel from another process arrives with the next renewal and aborts what may be interrupted', async () => {
  const { operations, repository } = here(countingHandler({ interruptible: true }));
  operations.start();
  const id = await operations.submit(countingRequest({ journal: journal(), itemMs: 30_000 }, 2));
  await vi.waitFor(() => expect(runs()).toHaveLength(1));
  await here().operations.cancel(id);
  const { state, items } = await ended(repository, id);
  expect(state).toBe('cancelled');
  expect(items.map((item) => item.state)).toEqual(['cancelled', 'cancelled']);
});

test('sequential items stop at the first failure, which can be retried with what came after it', async () => {
  let broken = true;
  const counting = countingHandler();
  const handler = countingHandler({
    sequential: true,
    run: async (run) => {
      if (run.item.n === 1 && broken) throw new AppError('clusterBusy', { seconds: 7 });
      return counting.run(run);
    },
  });
  const { operations, repository } = here(handler);
  operations.start();
  const id = await operations.submit(countingRequest({ journal: journal(), itemMs: 1 }, 3));
  const first = await ended(repository, id);
  expect(first.state).toBe('failed');
  expect(first.items.map(({ state, result }) => [state, result?.code])).toEqual([
    ['succeeded', 'done'],
    ['failed', 'clusterBusy'],
    ['skipped', 'earlierStepFailed'],
  ]);
  expect(first.items[1]?.result?.params).toEqual({ seconds: 7 });

  broken = false;
  const actor = { userId: null, username: 'platform', address: '' };
  const retry = await operations.retry(id, actor);
  const second = await ended(repository, retry);
  expect(second.state).toBe('succeeded');
  expect(second.items.map(({ target }) => target)).toEqual(['item 1', 'item 2']);
  await expect(operations.retry(retry, actor)).rejects.toMatchObject({ code: 'notRetryable' });
});

test('rights are asked before each item; without them it is refused, audited, and the others go on', async () => {
  const events: (AuditIntent & { ended?: AuditOutcome })[] = [];
  const audit: AuditLog = {
    begin: async (intent) => {
      const event: (typeof events)[number] = intent;
      events.push(event);
      return {
        auditId: intent.auditId ?? '',
        end: async (outcome) => {
          event.ended = outcome;
        },
      };
    },
    record: () => Promise.resolve(),
  };
  const asked: unknown[] = [];
  const authoriser = {
    require: async (subject: { userId: string }) => {
      asked.push(subject.userId);
      if (asked.length > 2) throw new AppError('forbidden', { action: 'patch', object: 'x', domain: '*' });
      return 'all' as const;
    },
  };
  const handler = countingHandler({
    audit: (_operation, item) => ({ code: 'test', target: { name: `item ${item.n}` } }),
  });
  const { operations, repository } = here(handler, { audit, authoriser });
  operations.start();
  const request = countingRequest({ journal: journal(), itemMs: 1 }, 4);
  const actor = { userId: 'somebody', username: 'somebody', address: '192.0.2.1' };
  const { state, items } = await ended(repository, await operations.submit({ ...request, actor }));
  expect(state).toBe('failed');
  expect(items.map(({ result }) => result?.code)).toEqual(['done', 'done', 'forbidden', 'forbidden']);
  expect(runs()).toHaveLength(2);
  expect(asked).toEqual(Array.from({ length: 4 }, () => 'somebody'));
  expect(events.map((event) => [event.target.name, event.ended?.outcome])).toEqual([
    ['item 0', 'succeeded'],
    ['item 1', 'succeeded'],
    ['item 2', 'refused'],
    ['item 3', 'refused'],
  ]);
  expect(new Set(events.map(({ auditId }) => auditId)).size).toBe(4);
});

test('an item whose intent cannot be audited is not run', async () => {
  const handler = countingHandler({ audit: () => ({ code: 'test', target: {} }) });
  const audit: AuditLog = {
    begin: () => Promise.reject(new AppError('auditUnavailable')),
    record: () => Promise.resolve(),
  };
  const { operations, repository } = here(handler, { audit });
  operations.start();
  const id = await operations.submit(countingRequest({ journal: journal(), itemMs: 1 }, 2));
  const { items } = await ended(repository, id);
  expect(items.map(({ result }) => result?.code)).toEqual(['auditUnavailable', 'auditUnavailable']);
  expect(() => readFileSync(journal())).toThrow('ENOENT');
});

test('an operation that keeps taking its process down is given up', async () => {
  const { operations, repository } = here();
  const id = await operations.submit(countingRequest({ journal: journal(), itemMs: 1 }, 2));
  await database.prisma.operation.update({ where: { id }, data: { attempt: 10 } });
  operations.start();
  const { state, items } = await ended(repository, id);
  expect(state).toBe('failed');
  expect(items.map(({ result }) => result?.code)).toEqual(['abandoned', 'abandoned']);
});

test('changes of other processes are heard of as well', async () => {
  const { operations, repository } = here();
  const heard = new Set<string>();
  const unsubscribe = operations.onChange((id) => heard.add(id));
  await sleep(1200);
  await startRunner();
  // written by nobody who listens here
  const id = await here().operations.submit(countingRequest({ journal: journal(), itemMs: 1 }, 1));
  await ended(repository, id);
  await vi.waitFor(() => expect(heard).toContain(id), { timeout: 3000 });
  unsubscribe();
});
