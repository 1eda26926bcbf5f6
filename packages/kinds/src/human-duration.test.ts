import { expect, test } from 'vitest';
import { age, humanDuration } from './human-duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

// the first ten are apimachinery's own (pkg/util/duration/duration_test.go)
test.each([
  [second, '1s'],
  [70 * second, '70s'],
  [190 * second, '3m10s'],
  [70 * minute, '70m'],
  [47 * hour, '47h'],
  [49 * hour, '2d1h'],
  [(8 * 24 + 2) * hour, '8d'],
  [367 * day, '367d'],
  [(365 * 2 * 24 + 25) * hour, '2y1d'],
  [(365 * 8 * 24 + 2) * hour, '8y'],
  [0, '0s'],
  [999, '0s'],
  [-999, '0s'],
  [-1999, '0s'],
  [-2000, '<invalid>'],
  [119_999, '119s'],
  [2 * minute, '2m'],
  [10 * minute - 1, '9m59s'],
  [10 * minute, '10m'],
  [3 * hour - 1, '179m'],
  [3 * hour, '3h'],
  [8 * hour - 1, '7h59m'],
  [8 * hour, '8h'],
  [2 * day - 1, '47h'],
  [2 * day, '2d'],
  [8 * day - 1, '7d23h'],
  [8 * day, '8d'],
  [730 * day - 1, '729d'],
  [730 * day, '2y'],
  [8 * 365 * day - 1, '7y364d'],
])('%i ms is %s', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text);
});

test('an age counts from an instant; without one it is unknown', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(age('2026-11-21T11:59:00Z', now)).toBe('60s');
  expect(age('2026-11-16T09:00:00.000000Z', now)).toBe('5d3h');
  expect(age(null, now)).toBe('<unknown>');
});
