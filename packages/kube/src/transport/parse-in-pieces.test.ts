import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInPieces } from './parse-in-pieces.ts';

/** What becomes of a text, and in how many pieces. */
function read(json: string, tokensOfPiece?: number): { value: unknown; pieces: number } {
  const reading = parseInPieces(Buffer.from(json), JSON.parse, tokensOfPiece);
  for (let pieces = 1; ; pieces++) {
    const { done, value } = reading.next();
    if (done) return { value, pieces };
  }
}

const pieceSizes = [1, 2, 3, 7, 50];

test('every text is what JSON.parse makes of it, keys in their order, in pieces of every size', () => {
  const json = fc
    .json({ maxDepth: 6 })
    .chain((compact) =>
      fc.constantFrom(compact, JSON.stringify(JSON.parse(compact), null, 2), ` ${compact}\n`),
    );
  fc.assert(
    fc.property(json, fc.constantFrom(...pieceSizes), (text, size) => {
      const { value } = read(text, size);
      expect(value).toEqual(JSON.parse(text));
      expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

test('what is not JSON is refused in pieces too', () => {
  const near = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom('', ',', '[', ']', '{', '}', '"', ':', '1', ' '),
    )
    .map(([text, at, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1));
  const outcome = (parse: () => unknown) => {
    try {
      return JSON.stringify(parse());
    } catch (error) {
      return (error as Error).name;
    }
  };
  fc.assert(
    fc.property(near, fc.constantFrom(...pieceSizes), (text, size) => {
      expect(outcome(() => read(text, size).value)).toBe(outcome(() => JSON.parse(text)));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  '[[1],]',
  '[,[1]]',
  '[[1],,[2]]',
  '[[1][2]]',
  '[1[2]]',
  '{"a":1{"b":2}}',
  '{"a":{"b":2}"c":3}',
  '{"a":{"b":2},}',
  '{"a" {"b":2}}',
  '{{"b":2}}',
  '[[1}]',
  '[[1]',
  '[1]]',
  '[1],[2]',
  '[1][2]',
  '[1]x',
  'x[1]',
  '[1],',
  ',[1]',
])('%s is refused', (text) => {
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  for (const size of pieceSizes) expect(() => read(text, size)).toThrow(SyntaxError);
});

test('a key of which there are two has the value of the last, __proto__ is a key like any other', () => {
  const text = '{"a":[1],"b":2,"a":{"c":3},"__proto__":{"d":[4]},"1":5}';
  for (const size of pieceSizes) {
    const { value } = read(text, size);
    expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)));
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  }
});

test('gives way often enough, whether names, lists, levels or long texts make it large', () => {
  const names = JSON.stringify(
    Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`f:${at}`, {}])),
  );
  const texts = JSON.stringify(Array.from({ length: 30 }, () => 'x'.repeat(256 * 1024)));
  const empty = `{"a":[${'{},'.repeat(100_000)}{}]}`;
  const levels = `${'[{"a":'.repeat(400)}[${'1,'.repeat(100_000)}1]${'}]'.repeat(400)}`;
  for (const text of [names, texts, empty, levels]) {
    const { value, pieces } = read(text);
    expect(JSON.stringify(value)).toBe(text);
    expect(pieces).toBeGreaterThan(20);
  }
});
