import { textOfBytes } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { readAs, type LogEncoding } from './log-encoding.ts';

const cases: [LogEncoding, number[], string][] = [
  ['utf-8', [0xe4, 0xb8, 0xad], '中'],
  ['gbk', [0xd6, 0xd0, 0xce, 0xc4], '中文'],
  ['gb18030', [0xd6, 0xd0, 0x94, 0x39, 0xfc, 0x36], '中😀'],
  ['big5', [0xa4, 0xa4, 0xa4, 0xe5], '中文'],
  ['shift_jis', [0x83, 0x65, 0x83, 0x58], 'テス'],
  ['iso-8859-1', [0xe9, 0x20, 0xe0], 'é à'],
];

test.each(cases)('a line in %s', (encoding, bytes, text) => {
  const raw = textOfBytes(Uint8Array.from([0x61, 0x20, ...bytes]));
  expect(readAs(encoding, raw)).toBe(`a ${text}`);
});

test('what happens to be UTF-8 as well is read anew too', () => {
  // the bytes of the two characters of GBK are one of UTF-8
  expect(readAs('gbk', textOfBytes(Uint8Array.of(0xc3, 0xa9)))).toBe('茅');
});

test('what is none of it is marked, and the line goes on', () => {
  expect(readAs('utf-8', textOfBytes(Uint8Array.of(0xe9, 0x78)))).toBe('\ufffdx');
  expect(readAs('gbk', textOfBytes(Uint8Array.of(0x78, 0xd6)))).toBe('x\ufffd');
});
