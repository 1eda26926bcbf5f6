/**
 * Kubernetes quantities (`apimachinery/pkg/api/resource`): `100m`, `1.5Gi`, `1e3`, `2k`. Held exactly, as a whole
 * number of nano-units (Kubernetes itself rounds anything finer up to a nano-unit); bytes for memory, cores for cpu.
 */
export type Quantity = bigint;

const nano = 1_000_000_000n;
const largestInt64 = 2n ** 63n - 1n;
const form = /^([+-]?)(\d*)(?:\.(\d*))?([eE][-+]?\d+|[numkMGTPE]|[KMGTPE]i|)$/;
const decimalExponents: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryExponents: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** Beyond this a quantity is no amount of anything; it keeps `1e999999999` from filling the memory. */
const largestExponent = 100;

/** The same few quantities are on every pod of a cluster. */
const parsed = new Map<string, Quantity>();
const mostParsed = 1000;

/** Thrown by `parseQuantity`; the offending text is in `text`. */
export class QuantityError extends Error {
  override name = 'QuantityError';
  readonly text: string;
  constructor(text: string) {
    super(`not a quantity: ${JSON.stringify(text.slice(0, 40))}`);
    this.text = text;
  }
}

function divideRoundingUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function magnitudeOf(digits: string, fraction: string, suffix: string): bigint | null {
  const unscaled = BigInt(`0${digits}${fraction}`);
  const binary = binaryExponents[suffix];
  if (binary !== undefined) {
    const exact = unscaled * nano * 2n ** BigInt(binary);
    const rounded = divideRoundingUp(exact, 10n ** BigInt(fraction.length));
    return rounded > largestInt64 * nano ? largestInt64 * nano : rounded;
  }
  const exponent = decimalExponents[suffix] ?? Number(suffix.slice(1));
  if (Math.abs(exponent) > largestExponent) return null;
  const power = exponent + 9 - fraction.length;
  return power >= 0 ? unscaled * 10n ** BigInt(power) : divideRoundingUp(unscaled, 10n ** BigInt(-power));
}

/**
 * Reads a quantity as the apiserver does: suffixes n u m k M G T P E, Ki Mi Gi Ti Pi Ei, exponents; a fraction of a
 * nano-unit is rounded away from zero, binary quantities are capped at 2^63-1. Throws `QuantityError`.
 */
export function parseQuantity(text: string | number): Quantity {
  const source = String(text);
  const known = parsed.get(source);
  if (known !== undefined) return known;
  const quantity = parse(source);
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(source, quantity);
  return quantity;
}

function parse(source: string): Quantity {
  const match = source.length <= 100 ? form.exec(source) : null;
  if (match === null) throw new QuantityError(source);
  const [, sign = '', digits = '', fraction = '', suffix = ''] = match;
  if (digits === '' && fraction === '') throw new QuantityError(source);
  const magnitude = magnitudeOf(digits, fraction, suffix);
  if (magnitude === null) throw new QuantityError(source);
  return sign === '-' ? -magnitude : magnitude;
}

function roundedAwayFromZero(quantity: Quantity, unit: bigint): number {
  return Number(quantity < 0n ? -divideRoundingUp(-quantity, unit) : divideRoundingUp(quantity, unit));
}

/** Whole units (bytes, cores, pods), rounded away from zero as Kubernetes' `Value()`. */
export function wholeUnits(quantity: Quantity): number {
  return roundedAwayFromZero(quantity, nano);
}

/** Thousandths (millicores), rounded away from zero as Kubernetes' `MilliValue()`. */
export function milliUnits(quantity: Quantity): number {
  return roundedAwayFromZero(quantity, 1_000_000n);
}

/** Millicores as kubectl prints cpu: `250m`, `2`; what is finer is rounded up, as the apiserver does. */
export function formatCpu(millicores: number): string {
  const whole = Math.ceil(millicores);
  return whole % 1000 === 0 ? String(whole / 1000) : `${whole}m`;
}

const memoryUnits = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * Bytes with one decimal in the largest binary unit that keeps them at least 1: `1.5Gi`, `170Mi`; parts of a byte as
 * kubectl has them (`500m`).
 */
export function formatMemory(bytes: number): string {
  if (!Number.isInteger(bytes) && Math.abs(bytes) < 1024) return `${Math.ceil(bytes * 1000)}m`;
  const rounded = (exponent: number) => Math.round((bytes / 1024 ** exponent) * 10) / 10;
  let exponent = 0;
  while (exponent < memoryUnits.length - 1 && Math.abs(rounded(exponent)) >= 1024) exponent += 1;
  return `${rounded(exponent)}${memoryUnits[exponent]}`;
}

const countUnits = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Units of an extended resource as kubectl prints them: `8`, `2k` (only what has no remainder), `500m`. */
export function formatCount(count: number): string {
  if (!Number.isInteger(count)) return `${Math.ceil(count * 1000)}m`;
  let exponent = 0;
  let left = count;
  while (left !== 0 && left % 1000 === 0 && exponent < countUnits.length - 1) {
    left /= 1000;
    exponent += 1;
  }
  return `${left}${countUnits[exponent]}`;
}
