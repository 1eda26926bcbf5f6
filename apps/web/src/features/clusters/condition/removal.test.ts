import { expect, test } from 'vitest';
import { removalOf } from './removal.ts';

test.each([
  ['1.37', 'v1.36.3', 'next'],
  ['1.32', 'v1.36.3', 'next'],
  ['1.38', 'v1.36.3', 'later'],
  ['1.38', 'v1.37.0-alpha.1', 'next'],
  [null, 'v1.36.3', 'later'],
  ['1.38', null, 'later'],
])('an API removed in %s, in a cluster of %s: %s', (removed, version, when) => {
  expect(removalOf(removed, version)).toBe(when);
});
