import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactInteger } from '../exact/exact-integer.ts';
import { anySpec, anyText, trickyTexts } from '../testing/yaml-arbitraries.ts';
import { readKubectlYaml } from './read-kubectl-yaml.ts';
import { writeKubectlYaml } from './write-kubectl-yaml.ts';

const object = (spec: unknown) => ({ apiVersion: 'example.com/v1', kind: 'Example', spec });
const write = (spec: unknown) =>
  writeKubectlYaml(object(spec)).replace(/^apiVersion: example.com\/v1\nkind: Example\n/, '');

describe('read back, it is the same object', () => {
  test.each(trickyTexts.map((text) => [JSON.stringify(text).slice(0, 40), text]))('%s', (_name, text) => {
    const tricky = object({ [text]: text, list: [text, [text]], last: { [text]: text } });
    expect(readKubectlYaml(writeKubectlYaml(tricky))).toEqual([tricky]);
  });

  test('whatever it holds', () => {
    fc.assert(
      fc.property(anySpec(anyText), (spec) => {
        expect(readKubectlYaml(writeKubectlYaml(object(spec)))).toEqual([object(spec)]);
      }),
      { numRuns: 2000 },
    );
  });

  test('a text of 1 MiB, whatever its lines are like', () => {
    for (const line of ['a b\n', ' ', '😀', ': ', '漢字\n']) {
      const spec = { text: line.repeat(1_048_576 / line.length) };
      const limits = { maxBytes: 16 * 1_048_576, maxNodes: 2_000_000 };
      expect(readKubectlYaml(writeKubectlYaml(object(spec)), limits)).toEqual([object(spec)]);
    }
  });
});

describe('the look of it', () => {
  test('lists stand under their key, objects begin on the line of the dash, keys are sorted', () => {
    expect(write({ b: [{ y: 'yes', x: 1, list: [[1], []] }], a10: {}, a9: null, A: true })).toBe(
      'spec:\n  A: true\n  a9: null\n  a10: {}\n  b:\n  - list:\n    - - 1\n    - []\n    x: 1\n    "y": "yes"\n',
    );
  });

  test.each([
    ['a\nb\n', '|\n    a\n    b\n'],
    ['a\nb', '|-\n    a\n    b\n'],
    ['a\nb\n\n', '|+\n    a\n    b\n\n'],
    [' a\nb\n', '|2\n     a\n    b\n'],
    ['all:\n\tmake 😀\n', '|\n    all:\n    \tmake 😀\n'],
    ['a \nb', '"a \\nb"\n'],
    ['\ta\nb', '"\\ta\\nb"\n'],
    ['a\r\nb', '"a\\r\\nb"\n'],
    ['a\u2028b', '"a\\Lb"\n'],
    ['word '.repeat(40) + '.', `${'word '.repeat(40)}.\n`],
    ['2024-01-02', '"2024-01-02"\n'],
    ['- a', "'- a'\n"],
    ['10m', '10m\n'],
    ['registry.example.com:5000/a/b:1.2@sha256:0f', 'registry.example.com:5000/a/b:1.2@sha256:0f\n'],
  ])('%j', (text, written) => {
    expect(write({ a: text })).toMatch(`spec:\n  a: ${written}`);
  });

  test.each([
    [new ExactInteger(9223372036854775807n), '9223372036854775807'],
    [2 ** 60, '1152921504606846976'],
    [1.2e19, '12000000000000000000'],
    [-1.2e19, '-1.2e+19'],
    [-0, '0'],
    [1_234_567.5, '1.2345675e+06'],
    [0.000_01, '1e-05'],
    [0.5, '0.5'],
    [1e300, '1e+300'],
  ])('the number %s', (value, written) => expect(write({ a: value })).toBe(`spec:\n  a: ${written}\n`));
});

test('managedFields are there when asked for, undefined never is, and the object stays as it was', () => {
  const pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'web', managedFields: [{ manager: 'kubectl' }], uid: undefined },
  };
  const before = structuredClone(pod);
  expect(writeKubectlYaml(pod)).toBe('apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n');
  expect(writeKubectlYaml(pod, { managedFields: true })).toBe(
    'apiVersion: v1\nkind: Pod\nmetadata:\n  managedFields:\n  - manager: kubectl\n  name: web\n',
  );
  expect(pod).toEqual(before);
});

test('an object that is there twice is written twice, __proto__ is a key, half a character is replaced', () => {
  const twice = { a: 1 };
  expect(write({ x: twice, y: twice, z: JSON.parse('{"__proto__":1}'), half: '\ud800' })).toBe(
    'spec:\n  half: \ufffd\n  x:\n    a: 1\n  "y":\n    a: 1\n  z:\n    __proto__: 1\n',
  );
});

test.each([[Number.NaN], [Infinity], [() => 1]])('%s is refused', (value) => {
  expect(() => write({ a: value })).toThrow('unacceptable kind of an object');
});
