import { expect, test } from 'vitest';
import { nameQuery } from './name-query.ts';

const pods = 'pod pods demo';

test('a name ranks before its beginning, that before the beginning of a part, and that before the rest', () => {
  const ranks = ['web', 'web-1', 'my-web', 'cobweb', 'other'].map((name) =>
    nameQuery('Web').rank({ name }, pods),
  );
  expect(ranks).toEqual([0, 1, 2, 3, undefined]);
  expect(nameQuery('view').rank({ name: 'system:View' }, '')).toBe(2);
});

test('other words are about namespace, kind or cluster, but never all of them', () => {
  const place = { namespace: 'shop', name: 'web-1' };
  expect(nameQuery('pod web').rank(place, pods)).toBe(1);
  expect(nameQuery('shop web').rank(place, pods)).toBe(1);
  expect(nameQuery('web elsewhere').rank(place, pods)).toBeUndefined();
  expect(nameQuery('pods shop').rank(place, pods)).toBeUndefined();
  expect(nameQuery('shop/we').rank(place, pods)).toBe(1);
  expect(nameQuery('op/web-1').rank(place, pods)).toBe(0);
  expect(nameQuery('shop/').rank(place, pods)).toBe(1);
  expect(nameQuery('sho/web').rank(place, pods)).toBeUndefined();
});
