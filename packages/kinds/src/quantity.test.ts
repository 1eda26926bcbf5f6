import { quantityToScalar } from '@kubernetes/client-node/dist/util.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatCount,
  formatCpu,
  formatMemory,
  milliUnits,
  parseQuantity,
  QuantityError,
  wholeUnits,
} from './quantity.ts';

const nano = 1_000_000_000n;

test.each([
  ['0', 0n],
  ['1', nano],
  ['100m', nano / 10n],
  ['1.5', (nano * 3n) / 2n],
  ['.5', nano / 2n],
  ['5.', 5n * nano],
  ['+1', nano],
  ['-1', -nano],
  ['250u', 250_000n],
  ['7n', 7n],
  ['0.5n', 1n],
  ['-0.5n', -1n],
  ['1k', 1000n * nano],
  ['1E', 10n ** 18n * nano],
  ['1e3', 1000n * nano],
  ['1E3', 1000n * nano],
  ['1e-3', nano / 1000n],
  ['1.5Gi', 1536n * 1024n * 1024n * nano],
  ['1Ki', 1024n * nano],
  ['100m', 100_000_000n],
  ['16Ei', (2n ** 63n - 1n) * nano],
  ['0001', nano],
])('%s', (text, nanoUnits) => {
  expect(parseQuantity(text)).toBe(nanoUnits);
});

test.each([
  '',
  ' ',
  '.',
  '+',
  'm',
  'Ki',
  '1 Ki',
  '1ki',
  '1K',
  '1mi',
  '1e',
  '1.2.3',
  '0x10',
  '1e3Ki',
  '1Kim',
  '١',
  'NaN',
  '1e999999999',
])('refuses %j', (text) => {
  expect(() => parseQuantity(text)).toThrow(QuantityError);
});

test('a number is a quantity too, as the apiserver accepts it', () => {
  expect(parseQuantity(2)).toBe(2n * nano);
});

describe('agrees with client-node', () => {
  const whole = fc.integer({ min: 0, max: 1_000_000 });
  const suffix = (...suffixes: string[]) => fc.constantFrom(...suffixes);

  test('on whole numbers with the large suffixes', () => {
    fc.assert(
      fc.property(
        whole,
        suffix('', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'e0'),
        (number, unit) => {
          const text = `${number}${unit}`;
          expect(parseQuantity(text)).toBe(BigInt(quantityToScalar(text)) * nano);
        },
      ),
    );
  });

  test('on the small suffixes and fractions, as far as a double goes', () => {
    fc.assert(
      fc.property(whole, fc.nat(999), suffix('', 'm', 'u'), (number, fraction, unit) => {
        const text = `${number}.${fraction}${unit}`;
        expect(Number(parseQuantity(text)) / 1e9).toBeCloseTo(Number(quantityToScalar(text)), 6);
      }),
    );
  });
});

test('values are rounded away from zero, as Value() and MilliValue()', () => {
  expect(wholeUnits(parseQuantity('1500m'))).toBe(2);
  expect(wholeUnits(parseQuantity('-1500m'))).toBe(-2);
  expect(milliUnits(parseQuantity('1500u'))).toBe(2);
  expect(milliUnits(parseQuantity('2'))).toBe(2000);
});

test('cpu and memory read as kubectl writes them', () => {
  expect([formatCpu(250), formatCpu(2000), formatCpu(1500), formatCpu(0)]).toEqual([
    '250m',
    '2',
    '1500m',
    '0',
  ]);
  const gi = 1024 ** 3;
  expect([0, 512, 170 * 1024 ** 2, 1.5 * gi, gi - 1, 4 * gi].map(formatMemory)).toEqual([
    '0',
    '512',
    '170Mi',
    '1.5Gi',
    '1Gi',
    '4Gi',
  ]);
});

test('parts of a byte and of a unit are not rounded up', () => {
  expect([0.5, 102.4, 1023.5].map(formatMemory)).toEqual(['500m', '102400m', '1023500m']);
  expect([0, 8, 1000, 2500, 3_000_000, 0.5].map(formatCount)).toEqual(['0', '8', '1k', '2500', '3M', '500m']);
});
