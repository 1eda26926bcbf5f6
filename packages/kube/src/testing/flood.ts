import type { Writable } from 'node:stream';

/** Writes without end, as fast as it is taken; `next` gives the bytes, undefined is the end. */
export function flood(writable: Writable, next: () => Buffer | string | undefined): void {
  const more = () => {
    let taken = true;
    while (taken && !writable.destroyed) {
      const bytes = next();
      if (bytes === undefined) return writable.end();
      taken = writable.write(bytes);
    }
    if (!writable.destroyed) writable.once('drain', more);
  };
  more();
}

/** Writes one piece every so many milliseconds, without end. */
export function trickle(writable: Writable, everyMs: number, next: () => Buffer | string): void {
  const timer = setInterval(() => writable.write(next()), everyMs);
  writable.once('close', () => clearInterval(timer));
}
