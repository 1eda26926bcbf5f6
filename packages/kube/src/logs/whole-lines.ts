import { isUtf8 } from 'node:buffer';
import { textOfBytes, unfinishedBytes } from '@pilothouse/kinds';
import { LineSplitter } from '../streams/lines.ts';
import type { PendingLine } from './log-source.ts';

const newline = 0x0a;
/** What tells a line from others. */
const headBytes = 4096;

/**
 * Cuts a stream of bytes at line ends: whole lines are handed on together, as text that loses no byte (`textOfBytes`),
 * without a look at each. Of a line that is longer than `limit` bytes the beginning is kept, with how much is left out.
 */
export class WholeLines {
  readonly #limit: number;
  /** The line that has begun. */
  readonly #begun: LineSplitter;

  constructor(limit: number) {
    this.#limit = limit;
    this.#begun = new LineSplitter(limit);
  }

  /** The lines that `chunk` completes, each with its newline. */
  push(chunk: Buffer): string {
    if (chunk.length <= this.#limit) return this.#push(chunk);
    let text = '';
    for (let start = 0; start < chunk.length; start += this.#limit) {
      text += this.#push(chunk.subarray(start, start + this.#limit));
    }
    return text;
  }

  /** The line that has begun and not ended. */
  get pending(): PendingLine | undefined {
    const { length, cutBytes } = this.#begun;
    if (length === 0) return undefined;
    return { head: textIn(this.#begun.head(headBytes)), bytes: length + cutBytes };
  }

  /** What is left without a newline at the end of the stream, with one. */
  end(): string {
    const line = this.#begun.end();
    return line === undefined ? '' : textOf(line);
  }

  #push(chunk: Buffer): string {
    const end = chunk.lastIndexOf(newline) + 1;
    const first = this.#begun.isEmpty ? 0 : chunk.indexOf(newline) + 1;
    const begun = this.#begun.push(chunk.subarray(0, first)).map(textOf).join('');
    const whole = end > first ? textIn(chunk.subarray(first, end)) : '';
    this.#begun.push(chunk.subarray(Math.max(first, end)));
    return begun + whole;
  }
}

function textOf({ bytes, cutBytes }: { bytes: Buffer; cutBytes: number }): string {
  if (cutBytes === 0) return `${textIn(bytes)}\n`;
  // where it was cut, the piece of a character at the end is left out; ASCII is the same in every encoding
  const kept = bytes.subarray(0, bytes.length - unfinishedBytes(bytes));
  return `${textIn(kept)} ... (+${cutBytes + bytes.length - kept.length} bytes)\n`;
}

function textIn(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : textOfBytes(bytes);
}
