import { expect, test } from 'vitest';
import { mergeRows, type Row, type RowsMessage } from './live-rows.ts';

function row(uid: string, status: string): Row {
  return { uid, name: uid, resourceVersion: '1', cells: { status } };
}

function message(change: Partial<RowsMessage>): RowsMessage {
  const asOf = '2026-11-21T00:00:01Z';
  return {
    type: 'rows',
    id: 1,
    changed: [],
    deleted: [],
    total: 2,
    added: 0,
    asOf,
    state: 'live',
    problems: [],
    ...change,
  };
}

const page = {
  items: [row('a', 'Running'), row('b', 'Running')],
  total: 2,
  page: 1,
  asOf: '2026-11-21T00:00:00Z',
  state: 'live' as const,
  problems: [],
};
const before = { page, deleted: new Set<string>(), added: 0 };

test('rows change in place; the others are the very same objects', () => {
  const after = mergeRows(before, message({ changed: [row('b', 'Failed')] }));
  expect(after.page.items.map(({ cells }) => cells['status'])).toEqual(['Running', 'Failed']);
  expect(after.page.items[0]).toBe(page.items[0]);
  expect(after.page.asOf).toBe('2026-11-21T00:00:01Z');
  expect(after.deleted).toBe(before.deleted);
});

test('an object that is not on the page does not come onto it', () => {
  const after = mergeRows(before, message({ changed: [row('c', 'Running')], total: 3, added: 1 }));
  expect(after.page.items).toHaveLength(2);
  expect(after.page.total).toBe(3);
  expect(after.added).toBe(1);
});

test('a deleted row stays and is marked, until it changes again', () => {
  const gone = mergeRows(before, message({ deleted: ['a'], total: 1 }));
  expect(gone.page.items).toHaveLength(2);
  expect([...gone.deleted]).toEqual(['a']);
  const back = mergeRows(gone, message({ changed: [row('a', 'Running')] }));
  expect([...back.deleted]).toEqual([]);
});

test('what was deleted before stays deleted', () => {
  const first = mergeRows(before, message({ deleted: ['a'] }));
  const second = mergeRows(first, message({ deleted: ['b'] }));
  expect([...second.deleted].toSorted()).toEqual(['a', 'b']);
});
