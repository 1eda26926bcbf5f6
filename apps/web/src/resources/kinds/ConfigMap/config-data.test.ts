import { expect, test } from 'vitest';
import { bytesOf, isConfigKey, kindOfBytes, readFileEntry, sizeText } from './config-data.ts';

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
  expect(kindOfBytes(Uint8Array.of(1, 2))).toBe('binaryData');
});

test.each([
  ['app.properties', true],
  ['A-b_c.9', true],
  ['', false],
  ['..', false],
  ['..data', false],
  ['a/b', false],
  ['ä', false],
  ['a'.repeat(254), false],
])('key %s', (key, isOne) => {
  expect(isConfigKey(key)).toBe(isOne);
});

test('a file is text where it is UTF-8, byte for byte, and else bytes', async () => {
  const crlf = new TextEncoder().encode('\uFEFFa\r\n b \t\n\n');
  const text = await readFileEntry(new Blob([crlf]), 'a');
  expect(bytesOf(text)).toEqual(crlf);
  expect('text' in text).toBe(true);
  const latin = Uint8Array.of(0x66, 0xfc, 0x72);
  const binary = await readFileEntry(new Blob([latin]), 'b');
  expect('base64' in binary).toBe(true);
  expect(bytesOf(binary)).toEqual(latin);
});
