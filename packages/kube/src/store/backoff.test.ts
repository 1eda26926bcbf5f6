import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

/** How long the `nth` wait is of so many who fail together, in milliseconds, shortest first. */
function waitsOf(many: number, nth: number, retryAfterSeconds?: number): number[] {
  return Array.from({ length: many }, () => {
    const backoff = new Backoff({ firstMs: 1000, mostMs: 4000 });
    for (let attempt = 1; attempt < nth; attempt += 1) backoff.next(retryAfterSeconds);
    return backoff.next(retryAfterSeconds);
  }).toSorted((a, b) => a - b);
}

it.each([
  [1, 1000],
  [2, 2000],
  [3, 4000],
  [6, 4000],
])('wait %i is anything up to %i ms: who fails together does not come back together', (nth, most) => {
  const waits = waitsOf(400, nth);
  expect(waits[0]).toBeLessThan(most * 0.1);
  expect(waits[200]).toBeGreaterThan(most * 0.3);
  expect(waits[200]).toBeLessThan(most * 0.7);
  expect(waits.at(-1)).toBeGreaterThan(most * 0.9);
  expect(waits.at(-1)).toBeLessThanOrEqual(most);
});

it('what the server asks for is waited out first, a minute at most', () => {
  expect(waitsOf(50, 1, 20)[0]).toBeGreaterThanOrEqual(20_000);
  const year = waitsOf(50, 1, 31_536_000);
  expect(year[0]).toBeGreaterThanOrEqual(60_000);
  expect(year.at(-1)).toBeLessThanOrEqual(61_000);
});

it('waits, unless nobody waits any more', async () => {
  const backoff = new Backoff({ firstMs: 1, mostMs: 1 });
  await backoff.wait(new AbortController().signal);
  await expect(backoff.wait(AbortSignal.abort())).rejects.toThrow('aborted');
});
