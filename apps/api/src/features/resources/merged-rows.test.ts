import type { Row } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
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
