import type { Row } from '@pilothouse/kinds';
import { KubeError, sortRows } from '@pilothouse/kube';
import { describe, expect, test } from 'vitest';
import { MergedRows } from './merged-rows.ts';
import { RowsInMemory } from './testing/rows-in-memory.ts';

const row = (namespace: string, name: string): Row => ({
  uid: `${namespace}/${name}`,
  namespace,
  name,
  resourceVersion: '1',
  cells: {},
});

function world() {
  const parts = { a: new RowsInMemory(), b: new RowsInMemory() };
  parts.a.change({ upserted: [row('a', 'x'), row('a', 'z')] });
  parts.b.change({ upserted: [row('b', 'y')] });
  return { ...parts, merged: new MergedRows(new Map(Object.entries(parts))) };
}

test('several stores page, match and change as one', () => {
  const { b, merged } = world();
  const page = merged.page({ sort: '-name', page: 1, pageSize: 2 });
  expect([page.total, page.items.map(({ name }) => name)]).toEqual([3, ['z', 'y']]);
  const matches = merged.matcher({ namespaces: ['b'] });
  expect(
    merged
      .rows()
      .filter(matches)
      .map(({ name }) => name),
  ).toEqual(['y']);
  expect(matches(row('c', 'x'))).toBe(false);
  const told: string[] = [];
  const end = merged.onChange(({ upserted }) => told.push(...upserted.map(({ name }) => name)));
  b.change({ upserted: [row('b', 'new')] });
  end();
  b.change({ upserted: [row('b', 'later')] });
  expect(told).toEqual(['new']);
});

test('together they are as old and as good as the worst', () => {
  const { a, b, merged } = world();
  a.state = 'stale';
  a.asOf = new Date(5);
  expect([merged.state, merged.asOf]).toEqual(['stale', new Date(5)]);
  b.state = 'syncing';
  expect(merged.state).toBe('syncing');
});

describe('a namespace that may not be listed', () => {
  const error = new KubeError('api', 'pods is forbidden', { status: 403 });
  const deny = (rows: RowsInMemory) => {
    rows.state = 'denied';
    rows.problems = [{ namespace: null, error }];
  };

  test('is named, and is in nobody’s way', async () => {
    const { a, b, merged } = world();
    deny(b);
    b.asOf = new Date(0);
    await merged.ready();
    expect([merged.isComplete, merged.state, merged.asOf]).toEqual([true, 'live', a.asOf]);
    expect(merged.problems).toEqual([{ namespace: 'b', error }]);
    expect(merged.page({ page: 1, pageSize: 9 }).total).toBe(3);
  });

  test('is the error where there is no other', async () => {
    const { a, b, merged } = world();
    deny(a);
    deny(b);
    await expect(merged.ready()).rejects.toBe(error);
    expect([merged.isComplete, merged.state]).toEqual([false, 'denied']);
  });
});

test('any page is what sorting all rows gives', () => {
  const { a, b, merged } = world();
  a.change({ upserted: Array.from({ length: 30 }, (_, index) => row('a', `n${(index * 7) % 31}`)) });
  b.change({ upserted: Array.from({ length: 20 }, (_, index) => row('b', `n${(index * 3) % 23}`)) });
  const all = sortRows(merged.rows(), '-name');
  for (let page = 1; page <= 7; page++) {
    const { items, total } = merged.page({ sort: '-name', page, pageSize: 9 });
    expect([items, total]).toEqual([all.slice((page - 1) * 9, page * 9), all.length]);
  }
});
