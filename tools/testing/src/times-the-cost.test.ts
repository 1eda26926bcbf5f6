import { expect, test } from 'vitest';
import { timesTheCost } from './times-the-cost.ts';

const text = JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id, name: `object-${id}` })));
const parse = (times: number) => () => {
  for (let count = 0; count < times; count++) JSON.parse(text);
};

test('the same work costs about once what it costs, ten times the work about ten times', async () => {
  const once = await timesTheCost(parse(10), parse(10));
  expect(once).toBeGreaterThan(1 / 2);
  expect(once).toBeLessThan(2);
  const tenfold = await timesTheCost(parse(50), parse(5));
  expect(tenfold).toBeGreaterThan(5);
  expect(tenfold).toBeLessThan(20);
});

test('what is waited for costs nothing', async () => {
  const waiting = () => new Promise((resolve) => setTimeout(resolve, 20));
  expect(await timesTheCost(waiting, parse(50))).toBeLessThan(0.5);
});
