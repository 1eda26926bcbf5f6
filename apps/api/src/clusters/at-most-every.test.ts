import { beforeEach, expect, test, vi } from 'vitest';
import { atMostEvery } from './at-most-every.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

test('the first call is told at once, all that follow as one, and none afterwards', () => {
  const tell = vi.fn<() => void>();
  const { call, end } = atMostEvery(() => 1000, tell);
  call();
  expect(tell).toHaveBeenCalledTimes(1);
  for (let calls = 0; calls < 5; calls += 1) call();
  expect(tell).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  expect(tell).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5000);
  expect(tell).toHaveBeenCalledTimes(2);
  call();
  call();
  expect(tell).toHaveBeenCalledTimes(3);
  end();
  vi.advanceTimersByTime(5000);
  expect(tell).toHaveBeenCalledTimes(3);
});
