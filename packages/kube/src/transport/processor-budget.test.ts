import { afterEach, expect, it, vi } from 'vitest';
import { ProcessorBudget } from './processor-budget.ts';

afterEach(() => vi.restoreAllMocks());

it('lets a burst pass, then holds back to the share, and says so with the figure until it is over', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const budget = new ProcessorBudget({ share: 0.25, burstMs: 1000 });
  budget.spend(900);
  expect(budget.pause()).toBeUndefined();
  expect(budget.problem).toBeNull();
  budget.spend(200);
  expect(budget.pause()).toBeInstanceOf(Promise);
  expect(budget.problem).toMatchObject({ reason: 'throttled', params: { percent: 25 } });
  expect(budget.snapshot()).toEqual({ spentMs: 1100, pausedMs: 400, throttledPercent: 25 });
  // 100 ms too much are made good in 400
  now = 300;
  budget.spend(0);
  expect(budget.pause()).toBeInstanceOf(Promise);
  now = 500;
  budget.spend(0);
  expect(budget.pause()).toBeUndefined();
  now = 60_000;
  expect([budget.problem, budget.snapshot().throttledPercent]).toEqual([null, null]);
  // what was not used is there again, and no more than the burst
  budget.spend(999);
  expect(budget.pause()).toBeUndefined();
  budget.spend(10);
  expect(budget.pause()).toBeInstanceOf(Promise);
});
