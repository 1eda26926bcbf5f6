import type { Readable } from 'node:stream';

const newline = 0x0a;
/** Chunks that are taken in one turn: ten thousand of one byte cost as much as megabytes. */
const mostChunks = 512;

export interface GatherOptions {
  /** What follows sooner than this is handed on together. */
  lingerMs: number;
  /** As soon as so many bytes wait they are handed on; about twice as many are held when nobody pulls. */
  batchBytes: number;
}

/**
 * Reads a stream of lines in few large pieces instead of many small ones: what comes after a pause at once, the rest
 * when `lingerMs` have passed or `batchBytes` have gathered; the rest of a line is not waited for. Not pulling holds the
 * sender back. Destroys the stream at the end; throws its error.
 */
export async function* gather(
  body: Readable,
  { lingerMs, batchBytes }: GatherOptions,
): AsyncGenerator<Buffer, void> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let over = false;
  let failure: unknown;
  let wake: (() => void) | undefined;
  const isFull = () => over || bytes >= batchBytes || chunks.length >= mostChunks;
  const end = (error?: unknown) => {
    failure ??= error;
    over = true;
    wake?.();
  };
  body.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (isFull()) body.pause();
    if (isFull() || chunks.length === 1) wake?.();
  });
  body.once('end', () => end());
  body.once('error', end);
  body.once('close', () => end(body.readableEnded ? undefined : new Error('The stream was cut off')));
  const lingerAfter = (piece: Buffer) => {
    if (piece.at(-1) !== newline) return 0;
    // the end of a burst need not wait as lines do that trickle
    return piece.length < batchBytes ? lingerMs : lingerMs / 10;
  };
  let dueAt = -Infinity;
  try {
    for (;;) {
      if (chunks.length === 0 && !over) await new Promise<void>((resolve) => (wake = resolve));
      const early = dueAt - performance.now();
      if (early > 0 && !isFull()) await sleepUntil(early, isFull, (waker) => (wake = waker));
      if (chunks.length === 0) break;
      const piece = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
      chunks = [];
      bytes = 0;
      body.resume();
      dueAt = performance.now() + lingerAfter(piece);
      yield piece;
    }
    if (failure !== undefined) throw failure;
  } finally {
    body.destroy();
  }
}

/** Resolves after so many milliseconds, or when it is woken and `isDone`. */
function sleepUntil(
  milliseconds: number,
  isDone: () => boolean,
  onWake: (waker: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    onWake(() => {
      if (!isDone()) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
