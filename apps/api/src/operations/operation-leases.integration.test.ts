import { expect, test } from 'vitest';
import type { Database } from '../db/database.ts';
import { OperationLeases } from './operation-leases.repository.ts';
import { countingKind, countingRequest, testInputs } from './testing/counting-operation.ts';
import { OperationsWorld } from './testing/operations-world.ts';

const world = new OperationsWorld();
const done = { state: 'succeeded' as const, result: { code: 'done', params: {} } };

/** A lease on an operation of `items`, taken through a database that counts its transactions. */
async function leased(items: number) {
  const { operations, repository } = world.here();
  const id = await operations.submit(countingRequest({ journal: world.journal, itemMs: 1 }, items));
  const counted = { transactions: 0 };
  const database: Database = {
    ...world.database,
    transaction: (work) => {
      counted.transactions += 1;
      return world.database.transaction(work);
    },
  };
  const leases = new OperationLeases(database, testInputs, 15_000);
  const lease = (await leases.take([countingKind], 'here'))!;
  expect(lease.id).toBe(id);
  counted.transactions = 0;
  const states = async () => (await world.itemsOf(repository, id)).map(({ state }) => state);
  return { leases, lease, items: await leases.openItems(lease), counted, states };
}

test('writes at the same time are committed together', async () => {
  const { leases, lease, items, counted, states } = await leased(10);
  expect(await Promise.all(items.map(({ id }) => leases.endItem(lease, id, done)))).toEqual(
    items.map(() => true),
  );
  expect(counted.transactions).toBeLessThanOrEqual(2);
  expect(await states()).toEqual(items.map(() => 'succeeded'));
});

test('one that the database refuses harms no other', async () => {
  const { leases, lease, items, states } = await leased(4);
  const ends = items.map(({ id }, index) =>
    leases.endItem(lease, id, index === 2 ? { ...done, state: 'x'.repeat(99) as 'failed' } : done),
  );
  const outcomes = await Promise.allSettled(ends);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(await states()).toEqual(['succeeded', 'succeeded', 'queued', 'succeeded']);
});

test('none is written once somebody else has the lease', async () => {
  const { leases, lease, items, states } = await leased(3);
  const stale = { ...lease, fence: lease.fence - 1 };
  expect(await Promise.all(items.map(({ id }) => leases.endItem(stale, id, done)))).toEqual([
    false,
    false,
    false,
  ]);
  expect(await states()).toEqual(['queued', 'queued', 'queued']);
});
