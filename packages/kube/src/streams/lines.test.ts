import { describe, expect, it } from 'vitest';
import { LineSplitter } from './lines.ts';

const text = 'first\n\nzweite Zeile: ü 漢字 🚀\nlast';
const bytes = Buffer.from(text);

function split(pieces: Buffer[], limit = 1000) {
  const splitter = new LineSplitter(limit);
  const lines = pieces.flatMap((piece) => splitter.push(piece));
  const rest = splitter.end();
  return [...lines, ...(rest ? [rest] : [])].map((line) => [line.bytes.toString(), line.cutBytes]);
}

describe('LineSplitter', () => {
  it('gives the same lines wherever the stream is cut', () => {
    const whole = split([bytes]);
    expect(whole).toEqual(text.split('\n').map((line) => [line, 0]));
    for (let at = 0; at <= bytes.length; at++) {
      expect(split([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
    expect(split(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('keeps the beginning of a line that is too long and counts the rest', () => {
    expect(split([Buffer.from('abc'), Buffer.from('defgh\nij\n')], 4)).toEqual([
      ['abcd', 4],
      ['ij', 0],
    ]);
  });

  it('holds no more than the limit of a line without end', () => {
    const splitter = new LineSplitter(1000);
    for (let count = 0; count < 5000; count++) splitter.push(Buffer.from('x'));
    expect(splitter.end()).toMatchObject({ cutBytes: 4000, bytes: { length: 1000 } });
  });
});
