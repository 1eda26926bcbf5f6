import { parseExactJson } from '@pilothouse/kinds';
import { KubeError, type KubeErrorReason } from './kube-error.ts';
import { parseInPieces } from './parse-in-pieces.ts';

/**
 * Most strings, commas, braces and brackets of one JSON text. These are what parsing costs time and memory for: 345,000
 * are 40–90 ms at worst; etcd's largest object, 1.5 MiB of nothing but `"f:name":{}`, has 330,000. From 174,763 names in
 * one object on V8's table of them is twice as large, and made in one go.
 */
const mostTokens = 345_000;
/** What is larger is parsed in pieces: it would hold the process up for tens of milliseconds. */
const largeText = 128 * 1024;
/** Deeper than any object; what goes through `JSON.stringify` may have some thousands. */
const mostDepth = 1000;

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** What becomes of integers beyond 2^53: `ExactInteger`, which costs more, or the nearest `number`. */
export type Integers = 'exact' | 'rounded';

/**
 * JSON from a server that may mean harm. Throws KubeError: `tooLarge` before parsing where that would hold up the
 * process, `invalid` with `what` in its message where it is not JSON; never with a piece of the text.
 */
export function parseJson(
  text: Buffer,
  what: string,
  invalid: KubeErrorReason,
  integers: Integers = 'rounded',
): unknown {
  mustBeModest(text, what);
  try {
    return parserOf(integers)(text.toString('utf8'));
  } catch {
    // without its cause, which quotes the text
    throw new KubeError(invalid, `${what} is not valid JSON`);
  }
}

/** Whether a text is so large that it is for {@link parseLargeJson}. */
export function isLarge(text: Buffer): boolean {
  return text.length > largeText;
}

/** As {@link parseJson}, in pieces: between any two of them others may have their turn. */
export function* parseLargeJson(
  text: Buffer,
  what: string,
  invalid: KubeErrorReason,
  integers: Integers = 'rounded',
): Generator<undefined, unknown> {
  mustBeModest(text, what);
  yield;
  try {
    return yield* parseInPieces(text, parserOf(integers));
  } catch {
    throw new KubeError(invalid, `${what} is not valid JSON`);
  }
}

function parserOf(integers: Integers): (json: string) => unknown {
  return integers === 'exact' ? parseExactJson : JSON.parse;
}

function mustBeModest(text: Buffer, what: string): void {
  if (!isModest(text)) throw new KubeError('tooLarge', `${what} is JSON of too many or too deep parts`);
}

/** Costs a tenth of parsing. */
function isModest(text: Buffer): boolean {
  let tokens = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (tokens > mostTokens) return false;
    if (byte === quote) {
      tokens += 1;
      for (at += 1; at < text.length && text[at] !== quote; at++) if (text[at] === backslash) at += 1;
    } else if (byte === comma) {
      tokens += 1;
    } else if (byte === openBrace || byte === openBracket) {
      tokens += 1;
      depth += 1;
      if (depth > mostDepth) return false;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
    }
  }
  return tokens <= mostTokens;
}
