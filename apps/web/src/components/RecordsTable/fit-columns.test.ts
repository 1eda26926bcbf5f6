import { expect, test } from 'vitest';
import { fitColumns, leastWidthOf } from './fit-columns.ts';
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

test('no column is narrower than its heading, in either script', () => {
  expect(leastWidthOf(column('namespace', 20))).toBeGreaterThan(70);
  expect(leastWidthOf(column('age', 50, { title: '存在时长', sortKey: 'created' }))).toBeGreaterThanOrEqual(
    90,
  );
});
