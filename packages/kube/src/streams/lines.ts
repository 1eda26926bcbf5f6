/** A line of bytes without its newline, and how many bytes of it were left out because it was too long. */
export interface ByteLine {
  bytes: Buffer;
  cutBytes: number;
}

const newline = 0x0a;
const mostPieces = 256;

/**
 * Cuts a stream of bytes into lines, keeping no more than `limit` bytes of a line, however long it is and however it
 * comes in pieces.
 */
export class LineSplitter {
  readonly #limit: number;
  readonly #skipBlank: boolean;
  #kept: Buffer[] = [];
  #keptLength = 0;
  #cutBytes = 0;

  constructor(limit: number, { skipBlank = false } = {}) {
    this.#limit = limit;
    this.#skipBlank = skipBlank;
  }

  /** Bytes left out so far of the line under way. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  /** No line has begun. */
  get isEmpty(): boolean {
    return this.#keptLength === 0;
  }

  /** Bytes kept of the line under way. */
  get length(): number {
    return this.#keptLength;
  }

  /** The first bytes of the line under way, at most so many. */
  head(most: number): Buffer {
    const [first] = this.#kept;
    if (first !== undefined && first.length >= most) return first.subarray(0, most);
    return Buffer.concat(this.#kept, this.#keptLength).subarray(0, most);
  }

  /** The lines that `chunk` completes. */
  push(chunk: Buffer): ByteLine[] {
    const lines: ByteLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      if (!this.#skipBlank || this.#keptLength > 0) lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** What is left without a newline at the end of the stream. */
  end(): ByteLine | undefined {
    return this.#keptLength === 0 ? undefined : this.#take();
  }

  #keep(piece: Buffer): void {
    const room = this.#limit - this.#keptLength;
    const kept = piece.subarray(0, room);
    this.#cutBytes += piece.length - kept.length;
    if (kept.length === 0) return;
    this.#kept.push(kept);
    this.#keptLength += kept.length;
    // a server that sends byte by byte must not cost an object for each
    if (this.#kept.length === mostPieces) this.#kept = [Buffer.concat(this.#kept, this.#keptLength)];
  }

  #take(): ByteLine {
    const [only] = this.#kept;
    const bytes = this.#kept.length === 1 && only ? only : Buffer.concat(this.#kept, this.#keptLength);
    const line = { bytes, cutBytes: this.#cutBytes };
    this.#kept = [];
    this.#keptLength = 0;
    this.#cutBytes = 0;
    return line;
  }
}
