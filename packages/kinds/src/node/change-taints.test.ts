import { expect, test } from 'vitest';
import { changeTaints } from './change-taints.ts';

const disk = { key: 'disk', value: 'slow', effect: 'NoSchedule' };
const gone = { key: 'gone', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' };

test('a taint is the same by key and effect: another value replaces it, another effect stands beside it', () => {
  const set = [
    { key: 'disk', value: 'fast', effect: 'NoSchedule' },
    { key: 'disk', value: '', effect: 'NoExecute' },
  ];
  expect(changeTaints([disk, gone], { set, remove: [] })).toEqual({
    taints: [set[0], { key: 'disk', effect: 'NoExecute' }, gone],
    changes: [
      { key: 'disk', effect: 'NoSchedule', from: 'slow', to: 'fast' },
      { key: 'disk', effect: 'NoExecute', from: null, to: '' },
    ],
    touched: [disk],
  });
});

test('what is so already changes nothing, and is kept whole', () => {
  const { changes, taints } = changeTaints([disk, gone], {
    set: [{ key: 'gone', value: '', effect: 'NoExecute' }],
    remove: [{ key: 'never' }, { key: 'disk', effect: 'NoExecute' }],
  });
  expect(changes).toEqual([]);
  expect(taints).toEqual([gone, disk]);
});

test('goes by key and effect, or by key with every effect', () => {
  const both = [disk, { key: 'disk', effect: 'NoExecute' }, gone];
  expect(changeTaints(both, { set: [], remove: [{ key: 'disk', effect: 'NoExecute' }] }).taints).toEqual([
    disk,
    gone,
  ]);
  expect(changeTaints(both, { set: [], remove: [{ key: 'disk' }] })).toMatchObject({
    taints: [gone],
    changes: [
      { key: 'disk', effect: 'NoSchedule', from: 'slow', to: null },
      { key: 'disk', effect: 'NoExecute', from: '', to: null },
    ],
  });
});
