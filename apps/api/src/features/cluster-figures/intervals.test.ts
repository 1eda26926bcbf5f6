import { expect, test } from 'vitest';
import { callsAnHour, countInterval, seenCountMs, sweepInterval, sweepMs } from './intervals.ts';

test('docs/operations.md says the most calls an hour', () => {
  expect(callsAnHour(10, 400)).toBe(54);
  expect(callsAnHour(500, 5000)).toBe(108);
  // what it says for any size
  for (const [nodes, pods] of [
    [1, 0],
    [499, 4999],
    [501, 5001],
    [1000, 20_000],
    [5000, 150_000],
  ] as const)
    expect(callsAnHour(nodes, pods)).toBeLessThanOrEqual(120);
});

test('passes over pods are never closer than ten minutes, and further apart in large clusters', () => {
  expect(sweepInterval(0)).toBe(sweepMs);
  expect(sweepInterval(5000)).toBe(sweepMs);
  expect(sweepInterval(20_000)).toBe(4 * sweepMs);
  expect(countInterval(2000)).toBeGreaterThan(countInterval(500));
  expect(seenCountMs).toBeLessThan(countInterval(1));
});
