import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it, vi } from 'vitest';
import { Backoff } from './backoff.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn<() => Promise<void>>(() => Promise.resolve()) }));
beforeEach(() => {
  vi.clearAllMocks();
});

const going = new AbortController().signal;

/** How long the `nth` wait is of so many who fail together, in milliseconds, shortest first. */
async function waitsOf(many: number, nth: number, retryAfterSeconds?: number): Promise<number[]> {
  const waits: number[] = [];
  for (let client = 0; client < many; client += 1) {
    const backoff = new Backoff({ firstMs: 1000, mostMs: 4000 });
    for (let attempt = 1; attempt <= nth; attempt += 1) await backoff.wait(going, retryAfterSeconds);
    waits.push(vi.mocked(sleep).mock.lastCall?.[0] ?? Number.NaN);
  }
  return waits.toSorted((a, b) => a - b);
}

it.each([
  [1, 1000],
  [2, 2000],
  [3, 4000],
  [6, 4000],
])('wait %i is anything up to %i ms: who fails together does not come back together', async (nth, most) => {
  const waits = await waitsOf(400, nth);
  expect(waits[0]).toBeLessThan(most * 0.1);
  expect(waits[200]).toBeGreaterThan(most * 0.3);
  expect(waits[200]).toBeLessThan(most * 0.7);
  expect(waits.at(-1)).toBeGreaterThan(most * 0.9);
  expect(waits.at(-1)).toBeLessThanOrEqual(most);
});

it('what the server asks for is waited out first, a minute at most', async () => {
  expect((await waitsOf(50, 1, 20))[0]).toBeGreaterThanOrEqual(20_000);
  const year = await waitsOf(50, 1, 31_536_000);
  expect(year[0]).toBeGreaterThanOrEqual(60_000);
  expect(year.at(-1)).toBeLessThanOrEqual(61_000);
});
