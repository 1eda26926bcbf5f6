import { expect, test } from 'vitest';
import { nextTick, shallowRef, watchEffect } from 'vue';
import type { Row } from '../../api/live-rows.ts';
import { useRecords } from './use-records.ts';

const row = (uid: string, restarts = 0): Row => ({
  uid,
  name: uid,
  resourceVersion: '1',
  cells: { restarts },
});
const [a, b] = [row('a'), row('b')];

test('a row that changes changes its place only', async () => {
  const rows = shallowRef([a, b]);
  const records = useRecords(rows, ({ uid }) => ({ key: uid, label: uid }));
  const before = records.value;
  const drawn = { list: 0, a: 0, b: 0 };
  watchEffect(() => {
    drawn.list += records.value.length;
  });
  for (const [index, uid] of (['a', 'b'] as const).entries()) {
    watchEffect(() => {
      if (before[index]?.record.value) drawn[uid] += 1;
    });
  }

  const changed = row('b', 1);
  rows.value = [a, changed];
  await nextTick();

  expect(records.value).toBe(before);
  expect(records.value[1]?.record.value).toBe(changed);
  expect(drawn).toEqual({ list: 2, a: 1, b: 2 });
});

test('rows that come, go or change places are a new list of the same places', async () => {
  const rows = shallowRef([a, b]);
  const records = useRecords(rows, ({ uid }) => ({ key: uid, label: uid }));
  const [first, second] = records.value;

  rows.value = [b, a];
  await nextTick();
  expect(records.value).toEqual([second, first]);
  expect(records.value[0]).toBe(second);

  rows.value = [a];
  await nextTick();
  expect(records.value).toEqual([first]);

  rows.value = [a, b];
  await nextTick();
  expect(records.value.map(({ key }) => key)).toEqual(['a', 'b']);
});
