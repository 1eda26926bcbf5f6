import fc from 'fast-check';
import { ExactInteger } from '../exact/exact-integer.ts';

const words = [
  'y Y n N yes no on off true false True FALSE null Null ~ = << - ? : | > & * ! % @ ` " \' { } [ ] , # \\',
  '0 -0 +1 007 0755 08 0o17 0O17 0x1F 0X1F 0b101 0B101 -0b1 1_000 1__0 0x_1F 1e3 1E3 9e12 25921e05 .5 1. .inf .NaN',
  '9223372036854775808 12:30:45 22:22 1:30.5 2024-01-02 2001-1-1 2001-12-14t21:59:43.10-05:00 1.10 !!binary',
].flatMap((line) => line.split(' '));

/** Texts that some reader of YAML takes for something else. */
export const trickyTexts = [
  ...words,
  '',
  ' ',
  '  ',
  '\t',
  '\n',
  '\n\n',
  '\r',
  '\r\n',
  ' \n',
  '\t\n',
  '\n\t',
  '\n ',
  '\n\n  x',
  '\n  \n',
  'a  \n b \n \n',
  '- a',
  'a: b',
  'a:',
  ': a',
  'a #b',
  '# a',
  '---',
  '--- a',
  '...',
  '? a',
  '%YAML 1.1',
  '---\nfoo\n...',
  '2001-12-14 21:59:43',
  ' lead and trail ',
  'a\tb',
  '\ta',
  'a\t',
  "it's",
  'it\'s "quoted"',
  'a\nb',
  'a\nb\n',
  'a\nb\n\n',
  '\na',
  ' a\nb',
  '\ta\nb',
  'line one  \n\ttabbed\n\nlast without newline',
  'next\u0085line \u2028 sep \ufeff bom',
  '0123',
  '22.22',
  'a\n\tb\n',
  'dos\r\nlines\r\n',
  'a\rb',
  'a\u0085b',
  'a\u2028b',
  'a\u2029\nb',
  '\ufeffa',
  'a\ufeff\nb',
  'a\u00a0b',
  '\0',
  '\u001b[1m',
  '\u007f\u009f',
  'é 生产',
  '😀',
  '😀\n生产\n',
  'e\u0301',
  '\uffff',
  '\ufffe\nx',
  '\ufdd0',
  '{{ .Values.x }}',
  '$(A) ${B} $C',
  'x'.repeat(200),
  'word '.repeat(40),
];

const pieces = [
  ...trickyTexts.filter((text) => text.length < 4),
  'a',
  'word',
  'B',
  '7',
  '\u0085',
  '\u2028',
  '\ufeff',
  '😀',
];

/** Text as Kubernetes can hold it: any character, whole ones only. */
export const anyText = fc.oneof(
  fc.constantFrom(...trickyTexts),
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((some) => some.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

const int64 = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : new ExactInteger(value)));

/**
 * Whether a text may be a key in tests: once V8 has seen a key that begins with a backslash, `JSON.parse` takes other
 * keys with escapes for it (nodejs/node#63785).
 */
export const isSafeKey = (text: string) => !text.startsWith('\\');

/** A number that is not whole, or whole beyond 64 bits (of which an unsigned number has one more). */
const fraction = fc.oneof(
  fc
    .double({ noDefaultInfinity: true, noNaN: true })
    .filter((value) => !Number.isInteger(value) || Math.abs(value) > 2 ** 63),
  fc.double({ min: 2 ** 63, max: 2 ** 65, minExcluded: true, noNaN: true }),
);

/** Whatever the `spec` of an object may be, its texts taken from `text`, its keys from `key`. */
export const anySpec = (text: fc.Arbitrary<string>, key = text.filter(isSafeKey)) =>
  fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      fc.constantFrom(null, true, false, 0),
      fc.integer(),
      int64,
      fraction,
      fc.array(tie('value'), { maxLength: 4 }),
      tie('object'),
    ),
    object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  })).object;
