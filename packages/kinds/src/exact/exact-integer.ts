/** A whole number beyond ±2^53, which a `number` would round: what Kubernetes calls int64, exactly. */
export class ExactInteger {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }

  toString(): string {
    return String(this.value);
  }

  /** Makes `JSON.stringify` write all digits. Throws where the browser has no `JSON.rawJSON`, rather than to round. */
  toJSON(): unknown {
    return json.rawJSON(String(this.value));
  }
}

/** Not yet in TypeScript's library. */
const json = JSON as unknown as {
  rawJSON(text: string): unknown;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context?: { source?: string }) => unknown,
  ): unknown;
};

/** A whole number as a `number` where that is exact, else, within 64 bits, as `ExactInteger`; null beyond 64 bits. */
export function exactInteger(value: bigint): number | ExactInteger | null {
  if (Number.isSafeInteger(Number(value))) return Number(value);
  return value === BigInt.asIntN(64, value) ? new ExactInteger(value) : null;
}

/**
 * `JSON.parse` that keeps 64-bit integers: beyond ±2^53 they are `ExactInteger`. A whole number beyond 64 bits is a
 * float to Kubernetes too, and stays a `number`. Slower than `JSON.parse`: for single objects, not for lists.
 */
export function parseExactJson(text: string): unknown {
  return json.parse(text, (_key, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = context?.source ?? '';
    return /^-?\d+$/.test(source) ? (exactInteger(BigInt(source)) ?? value) : value;
  });
}
