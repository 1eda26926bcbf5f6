import { setOwn } from '../merge/values.ts';

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
const json = JSON as unknown as { rawJSON(text: string): unknown };

/** A whole number as a `number` where that is exact, else, within 64 bits, as `ExactInteger`; null beyond 64 bits. */
export function exactInteger(value: bigint): number | ExactInteger | null {
  if (Number.isSafeInteger(Number(value))) return Number(value);
  return value === BigInt.asIntN(64, value) ? new ExactInteger(value) : null;
}

/**
 * `JSON.parse` that keeps 64-bit integers: beyond ±2^53 they are `ExactInteger`. A whole number beyond 64 bits is a
 * float to Kubernetes too, and stays a `number`. As fast as `JSON.parse` where no such number can be, else it costs two
 * of them and a walk: a reviver, which is told each number's digits, costs fifty.
 */
export function parseExactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  // what is no JSON is refused before anything is written into it
  const value: unknown = JSON.parse(text);
  const mark = `${Math.random()}${Math.random()}:`;
  const marked = withMarks(text, mark);
  return marked === text ? value : withIntegers(JSON.parse(marked), mark);
}

const [quote, backslash, minus, zero, nine] = [0x22, 0x5c, 0x2d, 0x30, 0x39];

/** Digits, and `-+.eE`. */
function isOfNumber(code: number): boolean {
  return (code >= zero && code <= nine) || [0x2b, minus, 0x2e, 0x45, 0x65].includes(code);
}

/** Each integer that a `number` would round as a string of the mark and its digits. */
function withMarks(text: string, mark: string): string {
  const pieces: string[] = [];
  let written = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      for (at += 1; text.charCodeAt(at) !== quote; at++) if (text.charCodeAt(at) === backslash) at += 1;
    } else if (code === minus || (code >= zero && code <= nine)) {
      const begin = at;
      while (isOfNumber(text.charCodeAt(at + 1))) at += 1;
      const digits = at - begin < 15 ? '' : text.slice(begin, at + 1);
      if (isBeyond(digits)) {
        pieces.push(text.slice(written, begin), `"${mark}${digits}"`);
        written = at + 1;
      }
    }
  }
  return written === 0 ? text : pieces.join('') + text.slice(written);
}

function isBeyond(digits: string): boolean {
  return /^-?\d+$/.test(digits) && exactInteger(BigInt(digits)) instanceof ExactInteger;
}

/** A fresh value of `JSON.parse` with its marks made integers, in place. */
function withIntegers(value: unknown, mark: string): unknown {
  const root = { value };
  const open: object[] = [root];
  const integerOf = (item: unknown) => {
    if (typeof item === 'string')
      return item.startsWith(mark) ? new ExactInteger(BigInt(item.slice(mark.length))) : undefined;
    if (typeof item === 'object' && item !== null) open.push(item);
    return undefined;
  };
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    if (Array.isArray(holder)) {
      for (let at = 0; at < holder.length; at++) holder[at] = integerOf(holder[at]) ?? holder[at];
    } else {
      const record = holder as Record<string, unknown>;
      for (const key of Object.keys(record)) {
        const integer = integerOf(record[key]);
        if (integer !== undefined) setOwn(record, key, integer);
      }
    }
  }
  return root.value;
}
