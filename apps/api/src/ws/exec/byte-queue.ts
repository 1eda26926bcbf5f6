import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** Bytes that wait to be taken at which their source is paused, and resumed when they are taken. */
const highWaterBytes = 128 * 1024;
/** A piece as long as this is part of a burst, not an echo: what follows within so short a time goes on with it. */
const burstBytes = 1024;
const burstMs = 4;

/** Turns bytes that are pushed into bytes that are pulled; a slow taker pauses the source. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #source: { pause(): void; resume(): void };
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #paused = false;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(source: { pause(): void; resume(): void }) {
    this.#source = source;
  }

  push(chunk: Uint8Array): void {
    if (this.#over || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (!this.#paused && this.#bytes > highWaterBytes) {
      this.#paused = true;
      this.#source.pause();
    }
    this.#wake?.();
  }

  /** No more will come; what waits is still taken. */
  end(): void {
    this.#over = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    let taken = 0;
    for (;;) {
      const chunks = this.#chunks;
      taken = this.#bytes || taken;
      this.#chunks = [];
      this.#bytes = 0;
      if (this.#paused) {
        this.#paused = false;
        this.#source.resume();
      }
      if (chunks.length > 0) yield chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      else if (this.#over) return;
      else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        // what came in the same turn of the loop, a frame each, goes on in one piece
        await (taken < burstBytes ? turnOfTheLoop() : new Promise((resolve) => setTimeout(resolve, burstMs)));
      }
    }
  }
}
