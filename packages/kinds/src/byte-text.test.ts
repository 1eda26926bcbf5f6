import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfText, textOfBytes, unfinishedBytes } from './byte-text.ts';

/** Bytes as logs have them: text, pieces of text, and anything else. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => new TextEncoder().encode(text)),
      fc.constantFrom('中文', '😀', '\ufffd', 'é').map((text) => new TextEncoder().encode(text)),
      fc.constantFrom(
        [0xed, 0xa0, 0x80],
        [0xed, 0xb2, 0x80],
        [0xf4, 0x90, 0x80, 0x80],
        [0xe4, 0xb8],
        [0xc0, 0x80],
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

test('every byte comes back, through JSON as well', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const text = JSON.parse(JSON.stringify(textOfBytes(bytes))) as string;
      expect(bytesOfText(text)).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

test('text is what it is, also longer than one piece', () => {
  for (const text of ['', 'plain', '在容器里 é 😀 \ufffd', '漢😀'.repeat(20_000)]) {
    expect(textOfBytes(new TextEncoder().encode(text))).toBe(text);
    expect(new TextDecoder().decode(bytesOfText(text))).toBe(text);
  }
});

test('exactly what a strict decoder refuses is kept as bytes', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      let isUtf8 = true;
      try {
        new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        isUtf8 = false;
      }
      expect(textOfBytes(bytes).isWellFormed()).toBe(isUtf8);
    }),
    { numRuns: 2000 },
  );
});

test('a character cut short at the end', () => {
  const counts = ['a', 'é', '漢', '😀'].map((text) => {
    const bytes = new TextEncoder().encode(`x${text}`);
    return Array.from(bytes.subarray(1), (_, size) => unfinishedBytes(bytes.subarray(0, size + 2)));
  });
  expect(counts).toEqual([[0], [1, 0], [1, 2, 0], [1, 2, 3, 0]]);
  expect(unfinishedBytes(Uint8Array.of(0x80, 0x80))).toBe(0);
});
