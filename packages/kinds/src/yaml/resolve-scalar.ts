import { ExactInteger, exactInteger } from '../exact/exact-integer.ts';

/** What a scalar becomes. */
export type Scalar = null | boolean | number | ExactInteger | string;

const words = new Map<string, Scalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const integer = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
/** Go's own ParseFloat: underscores between digits only. */
const fraction = /^\.[0-9](_?[0-9])*([eE][-+]?[0-9](_?[0-9])*)?$/;

function parseDigits(digits: string): bigint {
  const octal = /^0[oO]?([0-7]+)$/.exec(digits)?.[1];
  return BigInt(octal === undefined ? digits : `0o${octal}`);
}

/** Go's ParseInt(text, 0, 64), then ParseUint: null where neither takes it. */
function parseInteger(text: string): number | ExactInteger | null {
  const match = integer.exec(text);
  if (match === null) return null;
  const [, sign = '', digits = ''] = match;
  const magnitude = parseDigits(digits);
  const value = sign === '-' ? -magnitude : magnitude;
  // an unsigned 64-bit number reaches the object as a float
  const unsigned = sign === '' && value === BigInt.asUintN(64, value);
  return exactInteger(value) ?? (unsigned ? Number(value) : null);
}

function parseFloatingPoint(text: string, form: RegExp): number | null {
  const value = form.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/**
 * A plain scalar as kubectl reads it: YAML 1.1 in the dialect of go-yaml 2
 * (`go.yaml.in/yaml/v2/resolve.go`): `0755` is 493, `yes` and `y` are true, `1e3` is 1000, `22:22` and dates are text.
 */
export function resolveScalar(text: string): Scalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.startsWith('.')) return parseFloatingPoint(text, fraction) ?? text;
  if (!/^[-+0-9]/.test(text)) return text;
  const digits = text.replaceAll('_', '');
  return parseInteger(digits) ?? parseFloatingPoint(digits, float) ?? text;
}

function decodeBase64(text: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** The value of a scalar with an explicit tag (`!!str`, `!!int` …); undefined where it does not fit the tag. */
export function resolveTagged(tag: string, text: string): Scalar | undefined {
  const value = resolveScalar(text);
  switch (tag.replace(/^tag:yaml\.org,2002:/, '!!')) {
    case '!!binary':
      return decodeBase64(text);
    case '!!null':
      return value === null ? null : undefined;
    case '!!bool':
      return typeof value === 'boolean' ? value : undefined;
    case '!!int':
      return /^[-+0-9]/.test(text) ? (parseInteger(text.replaceAll('_', '')) ?? undefined) : undefined;
    case '!!float':
      return typeof value === 'number' || value instanceof ExactInteger ? Number(String(value)) : undefined;
    default:
      return text;
  }
}

/** The shortest digits that give back the same 32-bit float, as Go's `FormatFloat(value, 'g', -1, 32)` finds them. */
function shortestFloat32(value: number): string {
  const narrow = Math.fround(value);
  for (let precision = 1; precision < 9; precision += 1) {
    const text = narrow.toExponential(precision - 1);
    if (Math.fround(Number(text)) === narrow) return text;
  }
  return narrow.toExponential(8);
}

function floatKey(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const [mantissa = '', exponent = '0'] = shortestFloat32(value).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${mantissa}e${power}`));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/**
 * A scalar as the key of a JSON object (`sigs.k8s.io/yaml`): `yes` becomes `true`, `0755` `493`, `1e6` `1e+06`.
 * `text` is how it was written. Undefined where kubectl refuses it.
 */
export function keyOf(value: Scalar, text: string): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'number' || parseInteger(text.replaceAll('_', '')) !== null) return String(value);
  return floatKey(value);
}
