import { KubeError } from '../transport/kube-error.ts';
import { largestObject } from './largest-object.ts';

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** What a list has beside its items is a few hundred bytes. */
const largestEnvelope = 64 * 1024;
const mostPieces = 256;

/**
 * Cuts the JSON of a Kubernetes list into its items while it comes, in whatever pieces: nothing is held but the item
 * that is under way and the list's envelope, which is all bytes that belong to no item. Items are found by counting
 * braces outside of strings; whether they are JSON, and objects, is for who parses them to see.
 */
export class ListScanner {
  #pieces: Buffer[] = [];
  #length = 0;
  #envelope: Buffer[] = [];
  #envelopeLength = 0;
  /** Open braces and brackets: of the envelope, or of the item. */
  #depth = 0;
  #inString = false;
  /** The next byte is escaped. */
  #escaped = false;
  /** `other`: a value in the place of an item that is no object. */
  #place: 'envelope' | 'items' | 'item' | 'other' = 'envelope';
  /** The string under way at the envelope's top, and the last one. */
  #key = '';
  #lastKey = '';

  /** The items that `chunk` completes. Throws KubeError `tooLarge`. */
  push(chunk: Buffer): Buffer[] {
    const items: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      const start = at;
      if (this.#place === 'envelope') {
        at = this.#scanEnvelope(chunk, at);
        this.#keepEnvelope(chunk.subarray(start, at));
      } else if (this.#place === 'items') {
        at = this.#scanBetween(chunk, at);
      } else {
        at = this.#place === 'item' ? this.#scanItem(chunk, at) : this.#scanOther(chunk, at);
        this.#keep(chunk.subarray(start, at));
        if (this.#depth === 0) items.push(this.#take());
      }
    }
    return items;
  }

  /** What came before the items, as far as it says anything. */
  begin(): { apiVersion?: unknown; kind?: unknown } {
    try {
      const begun = JSON.parse(
        `${this.end()
          .toString('utf8')
          .replace(/\]?[^\]]*$/, '')}]}`,
      ) as object | null;
      return begun ?? {};
    } catch {
      return {};
    }
  }

  /** The list without its items, as JSON; what was cut off is not JSON. */
  end(): Buffer {
    return Buffer.concat(this.#envelope, this.#envelopeLength);
  }

  /** Ends behind the bracket that opens `items`, or with the chunk. */
  #scanEnvelope(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) [this.#inString, this.#lastKey] = [false, this.#key];
        else if (this.#depth === 1 && this.#key.length < 8) this.#key += String.fromCharCode(byte);
      } else if (byte === quote) [this.#inString, this.#key] = [true, ''];
      else if (byte === openBrace) this.#depth += 1;
      else if (byte === closeBrace || byte === closeBracket) this.#depth -= 1;
      else if (byte === openBracket) {
        this.#depth += 1;
        if (this.#depth !== 2 || this.#lastKey !== 'items') continue;
        [this.#place, this.#depth] = ['items', 0];
        return at + 1;
      }
    }
    return chunk.length;
  }

  /** Ends before what begins an item or ends them all. */
  #scanBetween(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && (chunk[at] === comma || isSpace(chunk[at] as number))) at += 1;
    if (at === chunk.length) return at;
    if (chunk[at] === openBrace) this.#place = 'item';
    else if (chunk[at] === closeBracket) [this.#place, this.#depth] = ['envelope', 2];
    else [this.#place, this.#depth] = ['other', 1];
    return at;
  }

  /** Ends behind the brace that closes the item, or with the chunk. */
  #scanItem(chunk: Buffer, from: number): number {
    let depth = this.#depth;
    let inString = this.#inString;
    let at = this.#escaped ? from + 1 : from;
    while (at < chunk.length) {
      const byte = chunk[at++];
      if (inString) {
        if (byte === quote) inString = false;
        else if (byte === backslash) at += 1;
      } else if (byte === quote) inString = true;
      else if (byte === openBrace) depth += 1;
      else if (byte === closeBrace && --depth === 0) break;
    }
    this.#escaped = at > chunk.length;
    this.#depth = depth;
    this.#inString = inString;
    return Math.min(at, chunk.length);
  }

  /** Ends before the comma behind the value, before the bracket that ends the items, or with the chunk. */
  #scanOther(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
      } else if (byte === quote) this.#inString = true;
      else if (this.#depth === 1 && (byte === comma || byte === closeBracket)) {
        this.#depth = 0;
        return at;
      } else if (byte === openBracket || byte === openBrace) this.#depth += 1;
      else if (byte === closeBracket || byte === closeBrace) this.#depth = Math.max(1, this.#depth - 1);
    }
    return chunk.length;
  }

  #keepEnvelope(piece: Buffer): void {
    this.#envelopeLength += piece.length;
    if (this.#envelopeLength > largestEnvelope) throw tooLarge('The list has too much beside its items');
    // a copy, so that the items' bytes in the same chunk are let go
    this.#envelope.push(Buffer.from(piece));
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > largestObject) throw tooLarge(`An object is larger than ${largestObject} bytes`);
    this.#pieces.push(piece);
    // a server that sends byte by byte must not cost an object for each
    if (this.#pieces.length === mostPieces) this.#pieces = [Buffer.concat(this.#pieces, this.#length)];
  }

  #take(): Buffer {
    const [only] = this.#pieces;
    const item = this.#pieces.length === 1 && only ? only : Buffer.concat(this.#pieces, this.#length);
    [this.#pieces, this.#length, this.#place] = [[], 0, 'items'];
    return item;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function tooLarge(message: string): KubeError {
  return new KubeError('tooLarge', message);
}
