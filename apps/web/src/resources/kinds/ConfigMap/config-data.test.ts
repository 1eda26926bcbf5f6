import { expect, test } from 'vitest';
import { bytesOf, kindOfBytes, sizeText } from './config-data.ts';

test('text counts in bytes, not in characters', () => {
  expect(bytesOf({ key: 'a', text: 'häß🚢\r\n ' })).toHaveLength(12);
  expect([...bytesOf({ key: 'a', base64: '/+3+7QA=' })]).toEqual([0xff, 0xed, 0xfe, 0xed, 0]);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [1024 * 1024, '1.0 MiB'],
])('%i is %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test('bytes are named by how they begin', () => {
  expect(kindOfBytes(Uint8Array.of(0x1f, 0x8b, 8))).toBe('gzip');
  expect(kindOfBytes(Uint8Array.of(1, 2))).toBe('binary');
});
