import { expect, test } from 'vitest';
import { summaryOf } from './time-series.ts';

test('a line is summed up by what is known of it', () => {
  expect(summaryOf([null, 4, null, 8, 0, null])).toEqual({ last: 0, mean: 4, peak: 8 });
});

test('a line of gaps has no numbers, not zeros', () => {
  expect(summaryOf([null, null])).toBeNull();
  expect(summaryOf([])).toBeNull();
});
