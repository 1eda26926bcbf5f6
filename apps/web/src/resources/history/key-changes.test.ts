import { expect, test } from 'vitest';
import { keyChanges, withoutData } from './key-changes.ts';

const digest = (value: string, key = 'k1') => `hmac-sha256:${key}:${value}`;
const image = (data: Record<string, string>) => ({ kind: 'X', data });

test('a key is told apart by its digest', () => {
  const before = image({ kept: digest('a'), changed: digest('b'), gone: digest('c'), renewed: digest('d') });
  const after = image({
    kept: digest('a'),
    changed: digest('x'),
    added: digest('y'),
    renewed: digest('e', 'k2'),
  });
  expect(keyChanges(before, after)).toEqual([
    { key: 'added', change: 'added' },
    { key: 'changed', change: 'changed' },
    { key: 'gone', change: 'removed' },
    { key: 'kept', change: 'unchanged' },
    { key: 'renewed', change: 'unknown' },
  ]);
});

test('of what was made or removed, all keys', () => {
  expect(keyChanges(null, image({ a: digest('1') }))).toEqual([{ key: 'a', change: 'added' }]);
  expect(keyChanges(image({ a: digest('1') }), null)).toEqual([{ key: 'a', change: 'removed' }]);
  expect(keyChanges({}, {})).toEqual([]);
});

test('the rest is told as text', () => {
  expect(withoutData(image({ a: '1' }))).toEqual({ kind: 'X' });
});
