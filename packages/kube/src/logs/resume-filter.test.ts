import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf, readBatch, splitAt, type LogBatch } from './log-batch.ts';
import { ResumeFilter } from './resume-filter.ts';

/** Lines at so many nanoseconds after the epoch; their texts are their numbers. */
function linesAt(...nanoseconds: number[]): LogBatch[] {
  const text = nanoseconds.map((ns, index) => {
    const seconds = Math.floor(ns / 1e9);
    const time = `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(ns % 1e9).padStart(9, '0')}Z`;
    return `${time} ${index}\n`;
  });
  const origin = { uid: 'u', pod: 'p', container: 'c', restarts: 0 };
  let rest = readBatch(text.join(''), origin, undefined).batch;
  const lines: LogBatch[] = [];
  while (rest !== undefined) {
    const parts = splitAt(rest, 1);
    lines.push(parts.head);
    rest = parts.rest;
  }
  return lines;
}

const together = (lines: LogBatch[]): LogBatch => ({
  ...lines[0]!,
  text: lines.map(({ text }) => text).join(''),
  count: lines.length,
  end: lines.at(-1)!.end,
});
const textsIn = (batch: LogBatch) =>
  [...linesOf(batch)].map(({ time, start, end }) => batch.text.slice(start + time.length + 1, end - 1));

/** The same whether lines come one by one or all at once. */
function resume(lines: LogBatch[], cursor: LogBatch) {
  const results = [lines, [together(lines)]].map((batches) => {
    const filter = new ResumeFilter(cursor.end);
    const parts = [...batches.map((batch) => filter.push(batch)), filter.settle()];
    const resumed = parts.flatMap((part) => part.batches);
    expect(resumed.map(({ count }) => count)).toEqual(resumed.map((batch) => textsIn(batch).length));
    expect(resumed.length === 0 || resumed.at(-1)!.end).toEqual(resumed.length === 0 || lines.at(-1)!.end);
    return { texts: resumed.flatMap(textsIn), missed: parts.some((part) => part.missed) };
  });
  expect(results[1]).toEqual(results[0]);
  return results[0]!;
}

test('begins right behind the line, counting equal timestamps', () => {
  const lines = linesAt(1, 5, 5, 5, 9);
  expect(resume(lines, lines[2]!)).toEqual({ texts: ['3', '4'], missed: false });
});

test('finds its place among lines that stand out of order', () => {
  const lines = linesAt(100, 102, 101, 99, 103);
  expect(resume(lines, lines[2]!)).toEqual({ texts: ['3', '4'], missed: false });
});

test('says so when the line is gone, and drops nothing newer', () => {
  const lines = linesAt(1, 2e9, 2.5e9, 9e9);
  const cursor = linesAt(1.5e9)[0]!;
  expect(resume(lines, cursor)).toEqual({ texts: ['1', '2', '3'], missed: true });
  expect(resume(lines.slice(0, 2), cursor), 'also when nothing more comes').toEqual({
    texts: ['1'],
    missed: true,
  });
});

test('another instance is taken whole, unless it turns out to be the same', () => {
  const lines = linesAt(5, 6, 7);
  const whole = (cursor: LogBatch) => {
    const filter = new ResumeFilter(cursor.end, { wholeIfNewer: true });
    return lines.flatMap((line) => filter.push(line).batches.flatMap(textsIn));
  };
  expect(whole(linesAt(4)[0]!)).toEqual(['0', '1', '2']);
  expect(whole(lines[1]!)).toEqual(['2']);
});

test('a cut anywhere loses nothing and repeats nothing', () => {
  const log = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 }).map((steps) => {
    let ns = 10;
    // equal neighbours and small steps back are what the file really holds
    return linesAt(...steps.map((step) => (ns += step < 8 ? 0 : step)));
  });
  fc.assert(
    fc.property(log, fc.nat(), (lines, at) => {
      const cut = at % lines.length;
      const { texts, missed } = resume(lines, lines[cut]!);
      expect(missed).toBe(false);
      expect(texts).toEqual(lines.slice(cut + 1).flatMap(textsIn));
    }),
  );
});
