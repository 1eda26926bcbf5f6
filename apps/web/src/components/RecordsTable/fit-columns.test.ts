import { expect, test } from 'vitest';
import { columnWidths, fitColumns, leastWidthOf } from './fit-columns.ts';
import type { RecordColumn } from './record-column.ts';

const column = (id: string, width: number, more: Partial<RecordColumn<object>> = {}) => ({
  id,
  title: id,
  width,
  ...more,
});
const columns = [
  column('name', 200),
  column('status', 100),
  column('node', 100),
  column('owner', 100),
  column('age', 50, { stays: true }),
];
const ids = (of: RecordColumn<object>[]) => of.map(({ id }) => id).join(' ');
const shownIn = (room: number | null) => {
  const { shown, folded } = fitColumns(columns, room, 48);
  return [ids(shown), ids(folded)];
};

test('columns share the room there is; then the last go into the detail, the age stays', () => {
  expect(shownIn(null)).toEqual(['name status node owner age', '']);
  expect(shownIn(440)).toEqual(['name status node owner age', '']);
  expect(shownIn(439)).toEqual(['name status node age', 'owner']);
  expect(shownIn(400)).toEqual(['name status age', 'node owner']);
  expect(shownIn(0)).toEqual(['name age', 'status node owner']);
});

test('columns give up width before one is left out, and are never wider together than their room', () => {
  const total = (room: number | null) =>
    [...columnWidths(columns, room).values()].reduce((sum, width) => sum + width, 0);
  expect(total(null)).toBe(550);
  expect(total(900)).toBe(550);
  for (const room of [549, 500, 441, 440]) {
    expect(shownIn(room)).toEqual(['name status node owner age', '']);
    expect(total(room)).toBeLessThanOrEqual(room);
    expect(total(room)).toBeGreaterThan(room - columns.length);
  }
  const unsized = [...columns, { id: 'message', title: 'message' }];
  expect(columnWidths(unsized, 700).has('message')).toBe(false);
});

test('no column is narrower than its heading, in either script', () => {
  expect(leastWidthOf(column('namespace', 20))).toBeGreaterThan(70);
  expect(leastWidthOf(column('age', 50, { title: '存在时长', sortKey: 'created' }))).toBeGreaterThanOrEqual(
    90,
  );
});
