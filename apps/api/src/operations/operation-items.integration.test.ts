import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { AppError } from '../http/app-error.ts';
import {
  count,
  countingHandler,
  countingRequest,
  numbered,
  type CountingItem,
} from './testing/counting-operation.ts';
import type { ChildEnd, NewItem } from './operation-handler.ts';
import { OperationsWorld } from './testing/operations-world.ts';

const world = new OperationsWorld();
const platform = { userId: null, username: 'platform', address: '' };
const numbers = (of: number[][]) => of.flatMap(([, n]) => n ?? []);
const inOrder = (of: number[]) => of.toSorted((a, b) => a - b);
const withParts = (n: number, parts: number): NewItem<CountingItem> => ({
  target: `group ${n}`,
  input: { n, parts },
});
const request = (itemMs: number, items: number | NewItem<CountingItem>[]) =>
  countingRequest({ journal: world.journal, itemMs }, items);

test('an item finds its parts as it goes, and they count in its place', async () => {
  const { operations, repository } = world.here();
  operations.start();
  const id = await operations.submit(request(1, [withParts(1, 3), ...numbered(2, 1), withParts(3, 0)]));
  const { state, counts, items } = await world.ended(repository, id);
  expect([state, counts]).toEqual(['succeeded', { total: 5, done: 5, failed: 0 }]);
  expect(items.map(({ target, children }) => [target, children])).toEqual([
    ['group 1', { total: 3, done: 3, failed: 0 }],
    ['item 2', null],
    ['group 3', null],
  ]);
  const parts = await world.itemsOf(repository, id, items[0]!.id);
  expect(parts.map(({ target, state: partState }) => [target, partState])).toEqual([
    ['item 100', 'succeeded'],
    ['item 101', 'succeeded'],
    ['item 102', 'succeeded'],
  ]);
  const ran = numbers(world.runs());
  // Two parts are at work at a time: which of them says so first is open
  expect([ran.slice(0, 1), inOrder(ran.slice(1, 4)), ran.slice(4)]).toEqual([[1], [100, 101, 102], [2, 3]]);
});

test('killed with -9 among the parts: what has ended is not run again, what was at work is', async () => {
  const { operations, repository } = world.here();
  const id = await operations.submit(request(400, [withParts(1, 6)]));
  const first = await world.startRunner();
  await vi.waitFor(() => expect(world.runs()).toHaveLength(5), { timeout: 10_000 });
  first.kill('SIGKILL');
  await once(first, 'exit');
  const second = await world.startRunner();
  const { state, counts } = await world.ended(repository, id);
  expect([state, counts.total]).toEqual(['succeeded', 6]);
  const by = (pid: number) => inOrder(numbers(world.runs().filter(([runner]) => runner === pid)));
  expect(by(first.pid)).toEqual([1, 100, 101, 102, 103]);
  expect(by(second.pid)).toEqual([1, 102, 103, 104, 105]);
});

test('parts that are only to be seen are not run, and a part that failed is its item’s matter', async () => {
  let ends: ChildEnd[] = [];
  const handler = countingHandler({
    async run(run) {
      if (run.item.n === 101) throw new AppError('clusterBusy', { seconds: 7 });
      if (run.item.parts === undefined) return count(run);
      ends = await run.children([
        ...numbered(100, 2),
        { target: 'daemon', input: { n: 102 }, ended: { state: 'skipped', code: 'alreadySo' } },
      ]);
      return { state: 'succeeded', code: 'done' };
    },
  });
  const { operations, repository } = world.here(handler);
  operations.start();
  const id = await operations.submit(request(1, [withParts(1, 3)]));
  const { state, counts, items } = await world.ended(repository, id);
  expect([state, counts]).toEqual(['succeeded', { total: 3, done: 3, failed: 1 }]);
  const parts = await world.itemsOf(repository, id, items[0]!.id);
  expect(parts.map((part) => [part.target, part.state, part.result?.code])).toEqual([
    ['item 100', 'succeeded', 'done'],
    ['item 101', 'failed', 'clusterBusy'],
    ['daemon', 'skipped', 'alreadySo'],
  ]);
  expect(ends.map((end) => [end.target, end.state])).toEqual(parts.map((part) => [part.target, part.state]));
  expect(numbers(world.runs())).toEqual([100]);
});

test('items that are added run at the end, and adding them again adds nothing', async () => {
  const { operations, repository } = world.here();
  const items: NewItem<CountingItem>[] = [0, 1].map((n) => ({ target: `item ${n}`, input: { n, more: 2 } }));
  operations.start();
  const { items: all, counts } = await world.ended(repository, await operations.submit(request(1, items)));
  expect(all.map(({ target }) => target)).toEqual(['item 0', 'item 1', 'item 900', 'item 901']);
  expect(counts).toEqual({ total: 4, done: 4, failed: 0 });
  expect(numbers(world.runs())).toEqual([0, 1, 900, 901]);
});

test('a step is a code with parameters, and a parameter is no longer than it may be', async () => {
  const handler = countingHandler({
    async run(run) {
      await run.step('building', { program: 'etcd', number: 3, words: 'x'.repeat(5000) });
      return { state: 'succeeded', code: 'done' };
    },
  });
  const { operations, repository } = world.here(handler);
  operations.start();
  const { items } = await world.ended(repository, await operations.submit(request(1, 1)));
  const params = { program: 'etcd', number: 3, words: 'x'.repeat(300) };
  expect(items[0]?.step).toEqual({ code: 'building', params });
});

const patient = (n: number): NewItem<CountingItem>[] => [
  { target: `patient ${n}`, input: { n, waitsFor: world.file('gate') } },
];

test('what waits holds no slot: others of its kind go on, and it goes on after them', async () => {
  const { operations, repository } = world.here(countingHandler({ slots: 1 }));
  operations.start();
  const waiting = await Promise.all([1, 2, 3, 4].map((n) => operations.submit(request(1, patient(n)))));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(4), { timeout: 10_000 });
  const batch = await operations.submit(request(1, numbered(50, 3)));
  expect((await world.ended(repository, batch)).state).toBe('succeeded');
  for (const id of waiting) expect((await repository.find(id))?.summary.state).toBe('running');
  writeFileSync(world.file('gate'), '');
  for (const id of waiting) expect((await world.ended(repository, id)).state).toBe('succeeded');
});

test('what works holds its slot, and what comes back from waiting waits for one', async () => {
  const { operations, repository } = world.here(countingHandler({ slots: 1 }));
  operations.start();
  const first = await operations.submit(request(1, patient(1)));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(1));
  const busy = await operations.submit(request(600, numbered(50, 1)));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(2));
  const next = await operations.submit(request(1, numbered(60, 1)));
  writeFileSync(world.file('gate'), '');
  await sleep(300);
  const stateOf = async (id: string) => (await repository.find(id))?.summary.state;
  expect([await stateOf(first), await stateOf(busy), await stateOf(next)]).toEqual([
    'running',
    'running',
    'queued',
  ]);
  for (const id of [first, busy, next]) expect((await world.ended(repository, id)).state).toBe('succeeded');
});

test('one kind does not wait for another', async () => {
  const { operations, repository } = world.here(countingHandler({ slots: 1 }));
  operations.register('test.other', countingHandler());
  operations.start();
  const slow = await operations.submit(request(1500, 1));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(1));
  const other = await operations.submit({ ...request(1, numbered(50, 1)), kind: 'test.other' });
  await world.ended(repository, other);
  expect((await repository.find(slow))?.summary.state).toBe('running');
  await world.ended(repository, slow);
});

test.each(['cancel', 'stop'] as const)('what waits hears of a %s at once', async (how) => {
  const { operations, repository } = world.here(countingHandler({ interruptible: true, slots: 1 }));
  operations.start();
  const id = await operations.submit(request(1, patient(1)));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(1));
  if (how === 'cancel') {
    await operations.cancel(id);
    expect((await world.ended(repository, id)).state).toBe('cancelled');
    return;
  }
  await operations.stop();
  const row = await world.database.prisma.operation.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ state: 'running', leaseOwner: null });
  writeFileSync(world.file('gate'), '');
  await world.startRunner();
  expect((await world.ended(repository, id)).state).toBe('succeeded');
});

test('a cancel among the parts ends those at work, and the rest never has its turn', async () => {
  const { operations, repository } = world.here(countingHandler({ interruptible: true }));
  operations.start();
  const id = await operations.submit(request(30_000, [withParts(1, 4), ...numbered(2, 1)]));
  await vi.waitFor(() => expect(world.runs()).toHaveLength(3));
  await operations.cancel(id);
  const { state, items } = await world.ended(repository, id);
  expect([state, items.map((item) => item.state)]).toEqual(['cancelled', ['cancelled', 'cancelled']]);
  const parts = await world.itemsOf(repository, id, items[0]!.id);
  expect(new Set(parts.map((part) => part.state))).toEqual(new Set(['cancelled']));
  expect(world.runs()).toHaveLength(3);
});

/** Everything that is stored of operations, as bytes. */
async function stored(): Promise<Buffer> {
  const { prisma } = world.database;
  const rows = [...(await prisma.operation.findMany()), ...(await prisma.operationItem.findMany())];
  return Buffer.concat(
    rows.flatMap((row) =>
      Object.values(row).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(JSON.stringify(value) ?? ''),
      ),
    ),
  );
}

test('inputs that may hold secrets are sealed while it runs, erased when it ends, and not run again', async () => {
  const canary = `canary-${Math.random()}`;
  const seen: string[] = [];
  const handler = countingHandler({
    sealed: true,
    async run(run) {
      const secret = run.item.waitsFor ?? '';
      seen.push(run.operation.input.journal, secret);
      if (run.item.parts !== undefined) {
        // as after a kill: the same parts again
        for (const _attempt of [1, 2])
          await run.children([{ target: 'part', input: { n: 7, waitsFor: `${secret}-part` } }]);
        throw new AppError('clusterBusy', { seconds: 1 });
      }
      expect((await stored()).includes(canary)).toBe(false);
      return { state: 'succeeded', code: 'done' };
    },
  });
  const { operations, repository } = world.here(handler);
  operations.start();
  const id = await operations.submit({
    ...countingRequest({ journal: `${canary}-input`, itemMs: 0 }, [
      { target: 'secret', input: { n: 1, parts: 1, waitsFor: `${canary}-item` } },
    ]),
  });
  const { state } = await world.ended(repository, id);
  expect(state).toBe('failed');
  expect(seen).toEqual([`${canary}-input`, `${canary}-item`, `${canary}-input`, `${canary}-item-part`]);
  expect((await stored()).includes(canary)).toBe(false);
  const { prisma } = world.database;
  const erased = { input: null, sealedInput: null };
  expect(await prisma.operation.findUnique({ where: { id } })).toMatchObject(erased);
  const items = await prisma.operationItem.findMany({ where: { operationId: id } });
  expect(items).toMatchObject([erased, erased]);
  expect((await repository.find(id))?.retry).toMatchObject({ retryable: false, inputErased: true });
  await expect(operations.retry(id, platform)).rejects.toMatchObject({
    code: 'notRetryable',
    params: { reason: 'inputErased' },
  });
});

test('only what has ended is run again, and only once, however many press at the same moment', async () => {
  const broken = countingHandler({
    async run(run) {
      await count(run);
      throw new AppError('clusterBusy', { seconds: 7 });
    },
  });
  const { operations, repository } = world.here(broken);
  const others = [world.here(broken), world.here(broken), world.here(broken)];
  const id = await operations.submit(request(400, 2));
  await expect(operations.retry(id, platform)).rejects.toMatchObject({ params: { reason: 'underWay' } });
  operations.start();
  await world.ended(repository, id);
  expect((await repository.find(id))?.retry).toMatchObject({
    retryable: true,
    inputErased: false,
    retryOf: null,
    retriedBy: null,
  });
  const pressed = await Promise.allSettled(
    [operations, ...others.map((other) => other.operations)].map((runner) => runner.retry(id, platform)),
  );
  const made = pressed.flatMap((press) => (press.status === 'fulfilled' ? [press.value] : []));
  expect(made).toHaveLength(1);
  for (const press of pressed)
    if (press.status === 'rejected')
      expect(press.reason).toMatchObject({
        code: 'notRetryable',
        status: 409,
        params: { reason: 'retried' },
      });
  expect((await repository.find(id))?.retry).toMatchObject({
    retryable: false,
    retryOf: null,
    retriedBy: made[0],
  });
  await world.ended(repository, made[0]!);
  expect(numbers(world.runs())).toEqual([0, 1, 0, 1]);
  // the retry failed in its turn, and may be retried in its turn
  expect((await repository.find(made[0]!))?.retry).toMatchObject({
    retryable: true,
    retryOf: id,
    retriedBy: null,
  });
});

test('what went well is not run again', async () => {
  const { operations, repository } = world.here();
  operations.start();
  const id = await operations.submit(request(1, 2));
  await world.ended(repository, id);
  await expect(operations.retry(id, platform)).rejects.toMatchObject({ params: { reason: 'nothingFailed' } });
});
