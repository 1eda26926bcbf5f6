import { LineSplitter } from '../streams/lines.ts';

const newline = 0x0a;

/**
 * Cuts a stream of bytes at line ends: whole lines are handed on together, as text, without a look at each. Of a line
 * that is longer than `limit` bytes the beginning is kept, with how much is left out.
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

  /** What is left without a newline at the end of the stream, with one. */
  end(): string {
    const line = this.#begun.end();
    return line === undefined ? '' : textOf(line);
  }

  #push(chunk: Buffer): string {
    const end = chunk.lastIndexOf(newline) + 1;
    const first = this.#begun.isEmpty ? 0 : chunk.indexOf(newline) + 1;
    const begun = this.#begun.push(chunk.subarray(0, first)).map(textOf).join('');
    const whole = end > first ? chunk.toString('utf8', first, end) : '';
    this.#begun.push(chunk.subarray(Math.max(first, end)));
    return begun + whole;
  }
}

function textOf({ bytes, cutBytes }: { bytes: Buffer; cutBytes: number }): string {
  if (cutBytes === 0) return `${bytes.toString('utf8')}\n`;
  // where it was cut, the piece of a character at the end is left out
  return `${new TextDecoder().decode(bytes, { stream: true })} … (+${cutBytes} bytes)\n`;
}
