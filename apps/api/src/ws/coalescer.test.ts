import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Coalescer } from './coalescer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the first request is served at once, a burst once more after the interval', async () => {
  const work = vi.fn<() => Promise<void>>(async () => {});
  const coalescer = new Coalescer(work, 250);
  coalescer.request();
  expect(work).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(0);
  for (let round = 0; round < 100; round += 1) coalescer.request();
  await vi.advanceTimersByTimeAsync(249);
  expect(work).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(work).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(work).toHaveBeenCalledTimes(2);
});

test('slow work is never done twice at once; what was asked for meanwhile follows', async () => {
  let finish = () => {};
  const work = vi.fn<() => Promise<void>>(() => new Promise<void>((resolve) => (finish = resolve)));
  const coalescer = new Coalescer(work, 250);
  coalescer.request();
  coalescer.request();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(work).toHaveBeenCalledTimes(1);
  finish();
  await vi.advanceTimersByTimeAsync(250);
  expect(work).toHaveBeenCalledTimes(2);
});

test('nothing is done after the end', async () => {
  const work = vi.fn<() => Promise<void>>(async () => {});
  const coalescer = new Coalescer(work, 250);
  coalescer.request();
  await vi.advanceTimersByTimeAsync(0);
  coalescer.request();
  coalescer.close();
  coalescer.request();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(work).toHaveBeenCalledTimes(1);
});
