import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { AppError } from '../http/app-error.ts';
import type { AuditIntent, AuditLog, AuditOutcome } from '../http/audit.ts';
import { count, countingHandler, countingRequest } from './testing/counting-operation.ts';
import { OperationsWorld } from './testing/operations-world.ts';

const world = new OperationsWorld();

test('runs every item once and keeps each result', async () => {
  const { operations, repository } = world.here();
  operations.start();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 1 }, 5));
  const { state, counts, items } = await world.ended(repository, id);
  expect(state).toBe('succeeded');
  expect(counts).toEqual({ total: 5, done: 5, failed: 0 });
  expect(items.map(({ target, state: itemState }) => [target, itemState])).toEqual(
    [0, 1, 2, 3, 4].map((n) => [`item ${n}`, 'succeeded']),
  );
  expect(world.runs().map(([, n]) => n)).toEqual([0, 1, 2, 3, 4]);
});

test('a process that is killed with -9 in the middle is taken over; only the item at work runs again', async () => {
  const { operations, repository } = world.here();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 400 }, 5));
  const first = await world.startRunner();
  await vi.waitFor(() => expect(world.runs()).toHaveLength(3), { timeout: 10_000 });
  first.kill('SIGKILL');
  await once(first, 'exit');
  const second = await world.startRunner();
  const { state, items } = await world.ended(repository, id);
  expect(state).toBe('succeeded');
  expect(items.map(({ result }) => result?.params['pid'])).toEqual([
    first.pid,
    first.pid,
    second.pid,
    second.pid,
    second.pid,
  ]);
  expect(world.runs().filter(([, n]) => n === 2)).toEqual([
    [first.pid, 2],
    [second.pid, 2],
  ]);
});

test('a paused process loses its lease, and what it writes when it wakes is refused', async () => {
  const { operations, repository } = world.here();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 600 }, 3));
  const paused = await world.startRunner();
  await vi.waitFor(() => expect(world.runs()).toHaveLength(2), { timeout: 10_000 });
  paused.kill('SIGSTOP');
  const second = await world.startRunner();
  const { state, items } = await world.ended(repository, id);
  expect(state).toBe('succeeded');
  const winners = [paused.pid, second.pid, second.pid];
  expect(items.map(({ result }) => result?.params['pid'])).toEqual(winners);

  paused.kill('SIGCONT');
  await sleep(1500);
  expect((await world.itemsOf(repository, id)).map(({ result }) => result?.params['pid'])).toEqual(winners);
  expect(world.runs().filter(([pid]) => pid === paused.pid)).toHaveLength(2);
});

test('two processes never work on the same operation', async () => {
  const { operations, repository } = world.here();
  const runners = [await world.startRunner(), await world.startRunner()];
  const requests = Array.from({ length: 6 }, () =>
    countingRequest({ journal: world.journal, itemMs: 20 }, 4),
  );
  const ids = await Promise.all(requests.map((request) => operations.submit(request)));
  for (const id of ids) {
    const { state, items } = await world.ended(repository, id);
    expect(state).toBe('succeeded');
    expect(new Set(items.map(({ result }) => result?.params['pid'])).size).toBe(1);
  }
  expect(world.runs()).toHaveLength(24);
  expect(world.runs().every(([pid]) => runners.some((runner) => runner.pid === pid))).toBe(true);
});

test('a platform that stops hands over at once', async () => {
  const first = world.here();
  first.operations.start();
  const id = await first.operations.submit(countingRequest({ journal: world.journal, itemMs: 300 }, 4));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(2));
  await first.operations.stop();
  const left = await world.database.prisma.operation.findUniqueOrThrow({ where: { id } });
  expect(left).toMatchObject({ state: 'running', leaseOwner: null, leaseUntil: null, attempt: 0 });
  const second = await world.startRunner();
  const { items } = await world.ended(first.repository, id);
  expect(items.map(({ result }) => result?.params['pid'])).toEqual([
    process.pid,
    second.pid,
    second.pid,
    second.pid,
  ]);
});

test('a cancel lets the item at work end and leaves the rest undone', async () => {
  const { operations, repository } = world.here();
  operations.start();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 300 }, 4));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(1));
  await operations.cancel(id);
  const { state, counts, items } = await world.ended(repository, id);
  expect([state, counts]).toEqual(['cancelled', { total: 4, done: 1, failed: 0 }]);
  expect(items.map((item) => item.state)).toEqual(['succeeded', 'cancelled', 'cancelled', 'cancelled']);
  await expect(operations.cancel(id)).rejects.toMatchObject({ code: 'notCancellable' });
});

test('a cancel from another process arrives with the next renewal and aborts what may be interrupted', async () => {
  const { operations, repository } = world.here(countingHandler({ interruptible: true }));
  operations.start();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 30_000 }, 2));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(1));
  await world.here().operations.cancel(id);
  const { state, items } = await world.ended(repository, id);
  expect(state).toBe('cancelled');
  expect(items.map((item) => item.state)).toEqual(['cancelled', 'cancelled']);
});

test('items that build on each other stop at the first failure, which can be retried with what came after it', async () => {
  let broken = true;
  const handler = countingHandler({
    stopsAtFailure: true,
    run: async (run) => {
      if (run.item.n === 1 && broken) throw new AppError('clusterBusy', { seconds: 7 });
      return count(run);
    },
  });
  const { operations, repository } = world.here(handler);
  operations.start();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 1 }, 3));
  const first = await world.ended(repository, id);
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
  const second = await world.ended(repository, retry);
  expect(second.state).toBe('succeeded');
  expect(second.items.map(({ target }) => target)).toEqual(['item 1', 'item 2']);
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
  const { operations, repository } = world.here(handler, { audit, authoriser });
  operations.start();
  const request = countingRequest({ journal: world.journal, itemMs: 1 }, 4);
  const actor = { userId: 'somebody', username: 'somebody', address: '192.0.2.1' };
  const { state, items } = await world.ended(repository, await operations.submit({ ...request, actor }));
  expect(state).toBe('failed');
  expect(items.map(({ result }) => result?.code)).toEqual(['done', 'done', 'forbidden', 'forbidden']);
  expect(world.runs()).toHaveLength(2);
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
  const { operations, repository } = world.here(handler, { audit });
  operations.start();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 1 }, 2));
  const { items } = await world.ended(repository, id);
  expect(items.map(({ result }) => result?.code)).toEqual(['auditUnavailable', 'auditUnavailable']);
  expect(world.runs()).toEqual([]);
});

test('an operation that keeps taking its process down is given up', async () => {
  const { operations, repository } = world.here();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 1 }, 2));
  await world.database.prisma.operation.update({ where: { id }, data: { attempt: 10 } });
  operations.start();
  const { state, items } = await world.ended(repository, id);
  expect(state).toBe('failed');
  expect(items.map(({ result }) => result?.code)).toEqual(['abandoned', 'abandoned']);
});

test('changes of other processes are heard of as well', async () => {
  const { operations, repository } = world.here();
  const heard = new Map<string, string | null | undefined>();
  const unsubscribe = operations.onChange(({ id, actorId }) => heard.set(id, actorId));
  await sleep(1200);
  await world.startRunner();
  // written by nobody who listens here
  const id = await world.here().operations.submit(countingRequest({ journal: world.journal, itemMs: 1 }, 1));
  await world.ended(repository, id);
  await vi.waitFor(() => expect([...heard]).toContainEqual([id, null]), { timeout: 3000 });
  unsubscribe();
});
