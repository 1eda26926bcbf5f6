import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ItemPool, runPool } from './item-pool.ts';

test('runs every item once, in order, at most so many at once', async () => {
  const taken: number[] = [];
  let atWork = 0;
  let most = 0;
  await runPool([1, 2, 3, 4, 5, 6, 7], { concurrency: 3, mayGoOn: () => true }, async (item) => {
    taken.push(item);
    most = Math.max(most, ++atWork);
    await sleep(5);
    atWork--;
  });
  expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('what has another turn waits until all before it have ended', async () => {
  const log: string[] = [];
  const turnOf = (item: string) => item.length;
  await runPool(
    ['a', 'b', 'cc', 'dd', 'e'],
    { concurrency: 3, mayGoOn: () => true, turnOf },
    async (item) => {
      log.push(`+${item}`);
      await sleep(item === 'a' || item === 'cc' ? 20 : 1);
      log.push(`-${item}`);
    },
  );
  expect(log).toEqual(['+a', '+b', '-b', '-a', '+cc', '+dd', '-dd', '-cc', '+e', '-e']);
});

test('takes nothing more once it may not go on', async () => {
  const taken: number[] = [];
  const options = { concurrency: 1, mayGoOn: () => taken.length < 2 };
  await runPool([1, 2, 3, 4], options, async (item) => {
    taken.push(item);
  });
  expect(taken).toEqual([1, 2]);
});

test('waits for the others before it rejects', async () => {
  let ended = false;
  const work = async (item: number) => {
    if (item === 1) throw new Error('one');
    await sleep(20);
    ended = true;
  };
  await expect(runPool([1, 2], { concurrency: 2, mayGoOn: () => true }, work)).rejects.toThrow('one');
  expect(ended).toBe(true);
});

test('takes nothing more after a rejection', async () => {
  const taken: number[] = [];
  const failing = runPool([1, 2, 3], { concurrency: 1, mayGoOn: () => true }, async (item) => {
    taken.push(item);
    throw new Error('one');
  });
  await expect(failing).rejects.toThrow('one');
  expect(taken).toEqual([1]);
});

test('what is pushed while it runs is run as well, as many at once as may be', async () => {
  let atWork = 0;
  let most = 0;
  const taken: number[] = [];
  const pool: ItemPool<number> = new ItemPool({ concurrency: 2, mayGoOn: () => true }, async (item) => {
    taken.push(item);
    if (item === 1) pool.push([2, 3, 4]);
    most = Math.max(most, ++atWork);
    await sleep(5);
    atWork--;
  });
  pool.push([1]);
  await pool.run();
  expect([taken, most]).toEqual([[1, 2, 3, 4], 2]);
});
