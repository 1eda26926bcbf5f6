import { expect, test } from 'vitest';
import { formatCursor, instantOf, parseCursor, sinceTimeFor } from './log-cursor.ts';

const cursor = {
  uid: '0b5f9c54-7a3c-4c53-9d5c-0d6b3b0f6a11',
  pod: 'web-7d9f.x',
  container: 'web',
  restarts: 2,
  time: '2026-11-21T03:00:00.000000007+08:00',
  nth: 3,
};

test('a cursor survives its text', () => {
  expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
});

test.each([
  '',
  'x',
  'a/b/c/d/e/f',
  'u/p/web/0/1/2026-13-45',
  '../../x/web/0/1/2026-11-21T03:00:00Z',
  'u/p/../0/1/2026-11-21T03:00:00Z',
  `u/p/web/0/1/${'9'.repeat(50)}`,
])('refuses %j', (text) => expect(parseCursor(text)).toBeUndefined());

test('instants are nanoseconds in any zone, with or without trailing zeros', () => {
  expect(instantOf('1970-01-01T00:00:01.000000001Z')).toBe(1_000_000_001n);
  expect(instantOf('1970-01-01T08:00:01.5+08:00')).toBe(1_500_000_000n);
  expect(instantOf('yesterday')).toBeUndefined();
});

test('asks for whole seconds, one early, in UTC', () => {
  expect(sinceTimeFor('2026-11-21T08:00:00.999999999+08:00')).toBe('2026-11-20T23:59:59Z');
});
