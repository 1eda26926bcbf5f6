import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InstantCounter, type LogLine } from './log-cursor.ts';
import { ResumeFilter } from './resume-filter.ts';

/** Lines at so many nanoseconds after the epoch. */
function linesAt(...nanoseconds: number[]): LogLine[] {
  const counter = new InstantCounter();
  return nanoseconds.map((ns, index) => {
    const seconds = Math.floor(ns / 1e9);
    const time = `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(ns % 1e9).padStart(9, '0')}Z`;
    return { uid: 'u', container: 'c', restarts: 0, time, nth: counter.next(time), text: String(index) };
  });
}

function resume(lines: LogLine[], cursor: LogLine) {
  const filter = new ResumeFilter(cursor);
  const parts = [...lines.map((line) => filter.push(line)), filter.settle()];
  return {
    texts: parts.flatMap((part) => part.lines.map((line) => line.text)),
    missed: parts.some((part) => part.missed),
  };
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
  const whole = (cursor: LogLine) =>
    lines.flatMap(
      (
        (filter) => (line) =>
          filter.push(line).lines.map(({ text }) => text)
      )(new ResumeFilter(cursor, { wholeIfNewer: true })),
    );
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
      expect(texts).toEqual(lines.slice(cut + 1).map((line) => line.text));
    }),
  );
});
