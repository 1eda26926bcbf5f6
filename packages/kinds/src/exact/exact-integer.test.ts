import { timesTheCost } from '@pilothouse/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExactInteger, parseExactJson } from './exact-integer.ts';

test('integers beyond 2^53 keep their digits both ways', () => {
  const text = '{"a":9007199254740993,"b":[-9223372036854775808,{"c":9223372036854775807}]}';
  expect(parseExactJson(text)).toEqual({
    a: new ExactInteger(9007199254740993n),
    b: [new ExactInteger(-9223372036854775808n), { c: new ExactInteger(9223372036854775807n) }],
  });
  expect(JSON.stringify(parseExactJson(text))).toBe(text);
});

/** V8 itself confuses keys once one began with a backslash (nodejs/node#63785). */
const isSafe = (json: string) => !json.includes(String.raw`\\`);

test('every other value is what JSON.parse makes of it', () => {
  const text =
    '{"a":9007199254740991,"b":1.5,"c":1e3,"d":"9007199254740993","e":null,"f":9223372036854775808,"g":1e300}';
  expect(parseExactJson(text)).toEqual(JSON.parse(text));
  fc.assert(
    fc.property(fc.json().filter(isSafe), (some) => {
      expect(JSON.stringify(parseExactJson(some))).toBe(JSON.stringify(JSON.parse(some)));
    }),
  );
});

test('every 64-bit integer comes back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(JSON.stringify(parseExactJson(`[${value}]`))).toBe(`[${value}]`);
    }),
  );
});

test('__proto__ is a key like any other', () => {
  expect(Object.keys(parseExactJson('{"__proto__":{"a":9007199254740993}}') as object)).toEqual([
    '__proto__',
  ]);
});

test('digits within texts, and numbers that only look so, are left alone', () => {
  const text =
    '{"9007199254740993":"9007199254740993","a":"\\"9007199254740993","b":9007199254740993.5,"c":-9007199254740993e3,"d":9007199254740993}';
  expect(parseExactJson(text)).toEqual({
    ...(JSON.parse(text) as object),
    d: new ExactInteger(9007199254740993n),
  });
  expect(parseExactJson('9007199254740993')).toEqual(new ExactInteger(9007199254740993n));
});

test.each(['{9007199254740993:1}', '[9007199254740993', '[09007199254740993]', '[9007199254740993-1]'])(
  'what is no JSON stays none: %s',
  (text) => expect(() => parseExactJson(text)).toThrow(SyntaxError),
);

test('costs a few times what JSON.parse does, whatever is in it', async () => {
  const text = `[9007199254740993,${Array.from({ length: 200_000 }, (_, index) => index).join(',')}]`;
  // a reviver costs fifty times as much
  const times = await timesTheCost(
    () => parseExactJson(text),
    () => JSON.parse(text),
  );
  expect(times).toBeLessThan(25);
});
