import { expect, test } from 'vitest';
import { NumberedLines, sumOf } from './numbered-lines.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

function taken(...numbers: number[]): NumberedLines {
  const lines = new NumberedLines();
  for (const number of numbers) lines.take(at(number), `line ${number} …`);
  return lines;
}

const nothing = { doubled: 0, disordered: 0, reported: 0, missing: 0 };

test('what came once and in order is all there is to say', () => {
  expect(taken(1, 2, 3).tally(3)).toEqual({ ...nothing, received: 3 });
});

test('lines that came twice, late or never are counted', () => {
  expect(taken(1, 2, 2, 5, 3).tally(6)).toEqual({
    ...nothing,
    received: 4,
    doubled: 1,
    disordered: 1,
    missing: 2,
  });
});

test('a gap excuses what was written meanwhile, and nothing else', () => {
  const lines = taken(1, 2, 5, 6, 8);
  lines.gap({ from: at(2), to: at(5) });
  expect(lines.tally(9)).toEqual({ ...nothing, received: 5, reported: 2, missing: 2 });
});

test('a gap without bounds excuses everything', () => {
  const lines = taken(4);
  lines.gap({ from: null, to: null });
  expect(lines.tally(5)).toEqual({ ...nothing, received: 1, reported: 4 });
});

test('tallies add up', () => {
  expect(sumOf([taken(1).tally(2), taken(1, 2).tally(2)])).toEqual({ ...nothing, received: 3, missing: 1 });
});
