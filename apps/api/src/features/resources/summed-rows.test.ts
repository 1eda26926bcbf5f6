import type { Cells, Row } from '@pilothouse/kinds';
import { KubeError } from '@pilothouse/kube';
import { expect, test } from 'vitest';
import type { RowChanges } from './row-source.ts';
import { SummedRows } from './summed-rows.ts';
import { RowsInMemory } from './testing/rows-in-memory.ts';

const row = (namespace: string | undefined, name: string, cells: Cells = {}): Row => ({
  uid: `${namespace ?? ''}/${name}`,
  ...(namespace !== undefined && { namespace }),
  name,
  resourceVersion: '1',
  cells,
});
const pod = (namespace: string, name: string, cells: Cells = {}) =>
  row(namespace, name, {
    node: 'n1',
    phase: 'Running',
    owner: 'StatefulSet/db',
    memoryRequests: 100,
    ...cells,
  });
const schema = { fields: {}, textFields: undefined };

function world(
  kind = { group: 'core', plural: 'namespaces' },
  owners = [row(undefined, 'a'), row(undefined, 'b')],
) {
  const [owned, pods] = [new RowsInMemory(), new RowsInMemory()];
  owned.change({ upserted: owners });
  pods.change({
    upserted: [
      pod('a', 'one', { memoryUsage: 50 }),
      pod('a', 'two', { memoryUsage: 30, owner: null }),
      pod('b', 'big', { memoryUsage: 70 }),
      pod('b', 'done', { memoryUsage: 1000, phase: 'Succeeded' }),
      pod('b', 'waiting', { node: null }),
    ],
  });
  return { owned, pods, rows: new SummedRows(owned, pods, kind, schema) };
}

const sums = (rows: SummedRows) =>
  rows
    .page({ page: 1, pageSize: 10, sort: '-memoryUsage' })
    .items.map(({ name, cells }) => [
      name,
      cells['runningPods'],
      cells['memoryUsage'],
      cells['memoryRequests'],
    ]);

test('a namespace has what its running pods request and use together, and is sorted by it', () => {
  expect(sums(world().rows)).toEqual([
    ['a', 2, 80, 200],
    ['b', 1, 70, 100],
  ]);
});

test('a workload has that of its own pods only', () => {
  const { rows } = world({ group: 'apps', plural: 'statefulsets' }, [
    row('a', 'db'),
    row('b', 'db'),
    row('a', 'other'),
  ]);
  expect(sums(rows).slice(0, 2)).toEqual([
    ['db', 1, 70, 100],
    ['db', 1, 50, 100],
  ]);
  expect(sums(rows)[2]).toEqual(['other', 0, null, null]);
});

test('pods that change, finish and go change the sums of theirs alone', () => {
  const { pods, rows } = world();
  const told: RowChanges[] = [];
  rows.onChange((changes) => told.push(changes));
  pods.change({ upserted: [pod('b', 'big', { memoryUsage: 90 })] });
  expect(told.at(-1)?.upserted.map(({ name }) => name)).toEqual(['b']);
  expect(sums(rows)[0]).toEqual(['b', 1, 90, 100]);
  pods.change({ upserted: [pod('b', 'big', { phase: 'Failed' })], deleted: [pod('a', 'two')] });
  expect(sums(rows)).toEqual([
    ['a', 1, 50, 100],
    ['b', 0, null, null],
  ]);
});

test('a new object has the sums of the pods that are there, one that went is gone', () => {
  const { owned, pods, rows } = world();
  pods.change({ upserted: [pod('c', 'first', { memoryUsage: 5 })] });
  owned.change({ upserted: [row(undefined, 'c')], deleted: [row(undefined, 'a')] });
  expect(sums(rows).map(([name]) => name)).toEqual(['b', 'c']);
  expect(sums(rows)[1]).toEqual(['c', 1, 5, 100]);
});

test('it catches up until the pods have come, or will not, which is said', async () => {
  const { pods, rows } = world();
  pods.state = 'syncing';
  expect([rows.state, rows.isComplete]).toEqual(['syncing', false]);
  pods.problems = [{ namespace: null, error: new KubeError('forbidden', 'no', { status: 403 }) }];
  await rows.ready();
  expect([rows.state, rows.isComplete, rows.problems.length]).toEqual(['live', true, 1]);
});
