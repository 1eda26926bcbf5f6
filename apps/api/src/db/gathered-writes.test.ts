import { expect, test } from 'vitest';
import { GatheredWrites } from './gathered-writes.ts';

/** Writes that end when they are told to. */
function held() {
  const writes: { all: readonly string[]; end: (error?: Error) => void }[] = [];
  const gathered = new GatheredWrites<string, number>(
    (all) =>
      new Promise((resolve, reject) => {
        writes.push({ all, end: (error) => (error === undefined ? resolve(all.length) : reject(error)) });
      }),
  );
  const written = () => writes.map(({ all }) => all.join(''));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { gathered, writes, written, turn };
}

test('one write at a time; what comes meanwhile goes together, in order', async () => {
  const { gathered, writes, written, turn } = held();
  const results = [gathered.add('a')];
  await turn();
  results.push(gathered.add('b'), gathered.add('c'));
  await turn();
  expect(written()).toEqual(['a']);
  writes[0]?.end();
  await turn();
  expect(written()).toEqual(['a', 'bc']);
  writes[1]?.end();
  expect(await Promise.all(results)).toEqual([1, 2, 2]);
  results.push(gathered.add('d'));
  await turn();
  expect(written()).toEqual(['a', 'bc', 'd']);
  writes[2]?.end();
  expect(await results[3]).toBe(1);
});

test('where some fail together, only those reject that fail by themselves', async () => {
  const asked: string[] = [];
  const gathered = new GatheredWrites<string>(async (all) => {
    asked.push(all.join(''));
    if (all.includes('bad')) throw new Error('bad');
  });
  const results = await Promise.allSettled(['a', 'bad', 'c'].map((one) => gathered.add(one)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(asked).toEqual(['abadc', 'a', 'bad', 'c']);
  await gathered.add('d');
  expect(asked.at(-1)).toBe('d');
});

const away = () => Object.assign(new Error('pool timeout'), { name: 'DriverAdapterError' });

test('while the database is away one more is tried, and the others are told at once', async () => {
  const asked: string[] = [];
  const gathered = new GatheredWrites<string>(async (all) => {
    asked.push(all.join(''));
    throw away();
  });
  const results = await Promise.allSettled(['a', 'b', 'c'].map((one) => gathered.add(one)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(asked).toEqual(['abc', 'a']);
});

test('a moment without the database costs nobody their write', async () => {
  const asked: string[] = [];
  const gathered = new GatheredWrites<string>(async (all) => {
    asked.push(all.join(''));
    if (all.length > 1) throw away();
  });
  await Promise.all(['a', 'b', 'c'].map((one) => gathered.add(one)));
  expect(asked).toEqual(['abc', 'a', 'b', 'c']);
});

test('a write holds no more than a hundred', async () => {
  const sizes: number[] = [];
  const gathered = new GatheredWrites<number>(async (all) => void sizes.push(all.length));
  await Promise.all(Array.from({ length: 250 }, (_, index) => gathered.add(index)));
  expect(sizes).toEqual([100, 100, 50]);
});
