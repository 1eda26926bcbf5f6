import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { timesTheWait } from './times-the-wait.ts';

test('a wait takes about once what it takes, and half of it about half', async () => {
  const { outcome, times } = await timesTheWait(400, () => sleep(400, 'done'));
  expect(outcome).toBe('done');
  expect(times).toBeGreaterThan(0.1);
  expect(times).toBeLessThan(1.1);
  expect((await timesTheWait(800, () => sleep(200))).times).toBeLessThan(0.5);
});

test('while the process cannot turn the wait does not go on either', async () => {
  const { times } = await timesTheWait(100, async () => {
    const until = performance.now() + 300;
    while (performance.now() < until);
  });
  expect(times).toBeLessThan(0.5);
});

test('a failure is passed on', async () => {
  await expect(timesTheWait(100, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
