import { setOwn } from '@pilothouse/kinds';

/** Strings, commas, braces and brackets of one piece: so many take a few milliseconds to parse at worst. */
const defaultPiece = 4000;
/** Bytes that count as one of them: of long texts it is the bytes that cost. */
const bytesOfToken = 32;

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

type Holder = Record<string, unknown> | unknown[];
type Parse = (json: string) => unknown;

/** An object or a list that the text is in the middle of. */
interface Open {
  isObject: boolean;
  /** Of the byte that opens it. */
  at: number;
  /** What it holds so far; undefined where nothing of it is taken over yet. */
  value: Holder | undefined;
  /** Where the members begin that are not taken over yet. */
  from: number;
  /** Where the member begins that is under way. */
  member: number;
  /** Where the member ends that was taken over piece by piece; undefined behind the next comma. */
  end: number | undefined;
}

/**
 * What `parse`, which is `JSON.parse` or what reads the same, makes of a large text, in pieces of a few milliseconds:
 * between any two of them others may have their turn. Throws SyntaxError where the text is not JSON.
 */
export function* parseInPieces(
  text: Buffer,
  parse: Parse,
  tokensOfPiece = defaultPiece,
): Generator<undefined, unknown> {
  const open: Open[] = [];
  let root: Open | undefined;
  let rootEnd = text.length;
  let [tokens, begunAt] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    const top = open.at(-1);
    if (byte === quote) {
      for (at += 1; at < text.length && text[at] !== quote; at++) if (text[at] === backslash) at += 1;
    } else if (byte === openBrace || byte === openBracket) {
      if (top === undefined ? root !== undefined : top.end !== undefined) throw misplaced();
      const [from, isObject] = [at + 1, byte === openBrace];
      const next: Open = { isObject, at, value: undefined, from, member: from, end: undefined };
      root ??= next;
      open.push(next);
    } else if (byte === closeBrace || byte === closeBracket) {
      if (top === undefined || top.isObject !== (byte === closeBrace)) throw misplaced();
      open.pop();
      if (top === root) rootEnd = at + 1;
      if (top.value !== undefined) takeRest(text, top, at, parse);
      const outer = open.at(-1);
      if (top.value !== undefined && outer !== undefined) outer.end = at + 1;
    } else if (byte === comma) {
      if (top === undefined) throw misplaced();
      if (top.end !== undefined) {
        mustBeBlank(text, top.end, at);
        [top.from, top.end] = [at + 1, undefined];
      }
      top.member = at + 1;
    } else continue;
    tokens += 1;
    if (tokens + (at - begunAt) / bytesOfToken < tokensOfPiece) continue;
    takeOver(text, open, parse);
    [tokens, begunAt] = [0, at];
    yield;
  }
  if (open.length > 0) throw misplaced();
  if (root?.value === undefined) return parse(text.toString('utf8'));
  mustBeBlank(text, 0, root.at);
  mustBeBlank(text, rootEnd, text.length);
  return root.value;
}

/** Takes over whatever is whole so far. */
function takeOver(text: Buffer, open: Open[], parse: Parse): void {
  for (const [depth, each] of open.entries()) {
    const hasMore = each.end === undefined && each.member > each.from;
    const more = hasMore ? parseMembers(text, each, each.member - 1, parse) : undefined;
    const outer = open[depth - 1];
    if (each.value !== undefined) add(each.value, more);
    else {
      each.value = more ?? (each.isObject ? {} : []);
      if (outer !== undefined) attach(text, outer, each);
    }
    each.from = each.member;
  }
}

/** Takes over what is left of one that ends at `end`. */
function takeRest(text: Buffer, open: Open, end: number, parse: Parse): void {
  if (open.end !== undefined) return mustBeBlank(text, open.end, end);
  const isFirst = open.from === open.at + 1;
  if (isFirst && isBlank(text, open.from, end)) return;
  add(open.value, parseMembers(text, open, end, parse));
}

function parseMembers(text: Buffer, { isObject, from }: Open, to: number, parse: Parse): Holder {
  // behind a comma, or before one
  if (isBlank(text, from, to)) throw misplaced();
  const members = text.toString('utf8', from, to);
  return parse(isObject ? `{${members}}` : `[${members}]`) as Holder;
}

function add(value: Holder | undefined, more: Holder | undefined): void {
  if (Array.isArray(value)) for (const item of (more ?? []) as unknown[]) value.push(item);
  else if (value !== undefined)
    for (const [key, item] of Object.entries(more ?? {})) setOwn(value, key, item);
}

/** Makes `inner` the member of `outer` that is under way. */
function attach(text: Buffer, outer: Open, inner: Open): void {
  if (Array.isArray(outer.value)) {
    mustBeBlank(text, outer.member, inner.at);
    outer.value.push(inner.value);
  } else {
    const before = text.toString('utf8', outer.member, inner.at);
    const [key = ''] = Object.keys(JSON.parse(`{${before}null}`) as object);
    setOwn(outer.value as Record<string, unknown>, key, inner.value);
  }
}

function isBlank(text: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (![0x20, 0x0a, 0x0d, 0x09].includes(text[at] as number)) return false;
  return true;
}

function mustBeBlank(text: Buffer, from: number, to: number): void {
  if (!isBlank(text, from, to)) throw misplaced();
}

function misplaced(): SyntaxError {
  return new SyntaxError('A bracket or a comma is where it may not be');
}
