import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { applyPageDelta, isPage, pageDelta } from './page-delta.ts';

const page = (items: { id: string; done: number }[], asOf = 1, total = items.length) => ({
  items,
  total,
  asOf,
});
const item = (id: string, done = 0) => ({ id, done });
const deltaOf = (before: ReturnType<typeof page>, after: ReturnType<typeof page>) =>
  pageDelta(before, after, isDeepStrictEqual);

test('only what changed is in it', () => {
  const before = page([item('a'), item('b'), item('c')]);
  const after = page([item('a'), item('b', 5), item('c')], 2);
  const delta = deltaOf(before, after)!;
  expect(delta).toEqual({ changed: [item('b', 5)], fields: { asOf: 2 } });
  const applied = applyPageDelta(before, delta);
  expect(applied).toEqual(after);
  expect(applied.items[0]).toBe(before.items[0]);
});

test('an answer that was only read again is no change', () => {
  expect(deltaOf(page([item('a')], 1), page([item('a')], 2))).toBeUndefined();
});

test('any page can be made of any other', () => {
  const random = (most: number) => Math.floor(Math.random() * most);
  const randomPage = () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'].filter(() => random(3) > 0).toSorted(() => random(3) - 1);
    return page(
      ids.map((id) => item(id, random(2))),
      random(3),
      random(3),
    );
  };
  for (let round = 0; round < 2000; round += 1) {
    const [before, after] = [randomPage(), randomPage()];
    const delta = deltaOf(before, after);
    const applied = delta === undefined ? { ...before, asOf: after.asOf } : applyPageDelta(before, delta);
    expect(applied).toEqual(after);
  }
});

test.each([
  [null, false],
  [{ items: 'x' }, false],
  [{ items: [{ uid: 'a' }] }, false],
  [{ items: [{ id: 1 }] }, false],
  [{ items: [item('a'), item('a')] }, false],
  [{ items: [] }, true],
  [{ items: [item('a'), item('b')] }, true],
])('%j is a page: %s', (answer, expected) => {
  expect(isPage(answer)).toBe(expected);
});
