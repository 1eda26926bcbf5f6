import { textOfBytes } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { indexOfEntry, LogBuffer, levelOf } from './log-buffer.ts';

const origin = { pod: 'web-0', container: 'web' };

function numbered(from: number, to: number): [string, string][] {
  return Array.from({ length: to - from }, (_, i) => ['2026-01-01T00:00:00.000000001Z', `line ${from + i}`]);
}

test('keeps the newest lines and counts what fell out', () => {
  const buffer = new LogBuffer('utf-8', 100);
  buffer.addLines(origin, numbered(0, 100));
  expect(buffer.dropped).toBe(0);
  buffer.addLines(origin, numbered(100, 101));
  expect(buffer.entries).toHaveLength(90);
  expect(buffer.dropped).toBe(11);
  expect(buffer.entries.at(-1)).toMatchObject({ plain: 'line 100', n: 100 });
  expect(indexOfEntry(buffer.entries, 5)).toBe(-1);
  expect(buffer.entries[indexOfEntry(buffer.entries, 50)]).toMatchObject({ n: 50 });
});

test('matches follow new lines, a changed search and lines that fall out', () => {
  const buffer = new LogBuffer('utf-8', 20);
  buffer.addLines(origin, numbered(0, 10));
  buffer.search('LINE 1');
  expect(buffer.matches).toEqual([1]);
  buffer.addLines(origin, numbered(10, 20));
  expect(buffer.matches).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  buffer.addLines(origin, numbered(20, 25));
  expect(buffer.matches).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  buffer.search('');
  expect(buffer.matches).toEqual([]);
});

test('a gap is an entry of its own and never a match', () => {
  const buffer = new LogBuffer();
  buffer.search('line');
  buffer.addGap(origin, { lost: null, from: null, to: null });
  buffer.addLines(origin, numbered(0, 1));
  expect(buffer.entries.map((entry) => entry.kind)).toEqual(['gap', 'line']);
  expect(buffer.matches).toEqual([1]);
});

test.each([
  ['E0102 15:04:05 1 file.go:1] boom', 'error'],
  ['{"level":"warn","msg":"x"}', 'warning'],
  ['2026-01-01 INFO started', 'info'],
  ['DEBUG cache hit', 'debug'],
  ['GET /information 200', null],
])('%s reads as %s', (line, level) => {
  expect(levelOf(line)).toBe(level);
});

test('another encoding reads what there is anew, and the search goes on in it', () => {
  const buffer = new LogBuffer();
  const raw = textOfBytes(Uint8Array.of(0xd6, 0xd0, 0xce, 0xc4));
  buffer.search('中文');
  buffer.addLines(origin, [['2026-01-01T00:00:00Z', raw]]);
  expect(buffer.entries).toMatchObject([{ raw, text: '\ufffd\ufffd\ufffd\ufffd' }]);
  expect(buffer.matches).toEqual([]);
  buffer.readIn('gbk');
  buffer.addLines(origin, [['2026-01-01T00:00:00Z', raw]]);
  expect(buffer.entries).toMatchObject([
    { n: 0, raw, text: '中文', plain: '中文' },
    { n: 1, raw, text: '中文' },
  ]);
  expect(buffer.matches).toEqual([0, 1]);
});
