import { expect, test } from 'vitest';
import { joinTexts, mostBytes, readFiles } from './read-files.ts';

const utf16 = (text: string) =>
  Uint8Array.from([0xff, 0xfe, ...new Uint8Array(Buffer.from(text, 'utf16le'))]);

test('files are read in their order, UTF-16 and a byte order mark too; what is no text is left out', async () => {
  const { texts, leftOut } = await readFiles([
    new File(['a: 1'], 'a.yaml'),
    new File([utf16('b: ä')], 'b.yaml'),
    new File(['\uFEFFc: 3'], 'c.yaml'),
    new File([Uint8Array.from([0, 1, 2, 250])], 'image.png'),
    new File([Uint8Array.from([0xb2, 0xe2])], 'gbk.yaml'),
    new File(['x'.repeat(mostBytes + 1)], 'large.yaml'),
  ]);
  expect(texts).toEqual(['a: 1', 'b: ä', 'c: 3']);
  expect(leftOut).toEqual([
    { name: 'image.png', because: 'fileNotText' },
    { name: 'gbk.yaml', because: 'fileNotText' },
    { name: 'large.yaml', because: 'fileTooLarge' },
  ]);
});

test('several texts become one, a document each; nothing of one is changed', () => {
  expect(joinTexts(['', 'a: 1\n', 'b: |\n  x  ', ' \n'])).toBe('a: 1\n---\nb: |\n  x  \n');
  expect(joinTexts(['', 'a: 1'])).toBe('a: 1');
});
