import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { within } from './within.ts';

test('passes on what was done in time, and refuses what took longer', async () => {
  expect(await within(1000, () => sleep(20, 'done'))).toBe('done');
  await expect(within(100, () => sleep(600))).rejects.toThrow(
    /^It took \d\.\d times as long as a wait of 100 ms$/,
  );
});
