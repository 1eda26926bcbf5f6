import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LeaseKeeper, LeaseLost } from './lease-keeper.ts';

const times = { leaseMs: 1500, renewMs: 500 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function keeperWith(renew: () => Promise<{ cancelRequested: boolean } | undefined>) {
  return new LeaseKeeper({ times, renew, cancelRequested: false });
}

test('is held as long as it is renewed', async () => {
  const keeper = keeperWith(async () => ({ cancelRequested: false }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(() => keeper.assertHeld()).not.toThrow();
  expect(keeper.lost.aborted).toBe(false);
  keeper.release();
});

test('is lost at once when the database says that somebody else has it', async () => {
  const keeper = keeperWith(async () => undefined);
  await vi.advanceTimersByTimeAsync(times.renewMs);
  expect(keeper.lost.reason).toBeInstanceOf(LeaseLost);
});

test('survives a database that is away for less than a lease, and no longer', async () => {
  let away = true;
  const keeper = keeperWith(async () => {
    if (away) throw new Error('the database is away');
    return { cancelRequested: false };
  });
  await vi.advanceTimersByTimeAsync(1000);
  away = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(keeper.lost.aborted).toBe(false);
  away = true;
  await vi.advanceTimersByTimeAsync(2500);
  expect(keeper.lost.aborted).toBe(true);
});

test('after a pause of the process it is lost before anything else is written', () => {
  const keeper = keeperWith(async () => ({ cancelRequested: false }));
  // time passes, timers do not fire: what a stopped process sees
  vi.setSystemTime(Date.now() + 2000);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 2000);
  expect(() => keeper.assertHeld()).toThrow(LeaseLost);
  vi.restoreAllMocks();
});

test('hears of a cancel with the next renewal', async () => {
  const keeper = keeperWith(async () => ({ cancelRequested: true }));
  expect(keeper.cancelled.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(times.renewMs);
  expect(keeper.cancelled.aborted).toBe(true);
  keeper.release();
});
