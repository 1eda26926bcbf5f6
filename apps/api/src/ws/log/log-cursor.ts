/**
 * A place in a container's log that any replica can find again: the instance of the container, the timestamp of the
 * last line that was delivered, and its count among lines of exactly that timestamp.
 */
export interface LogCursor {
  /** The pod's UID: a pod of the same name is another pod. */
  uid: string;
  container: string;
  /** The container's restart count when the line was written. */
  restarts: number;
  /** RFC 3339 with nanoseconds, as the kubelet prints it. */
  time: string;
  /** 1 for the first line of that timestamp. */
  nth: number;
}

/** A line with its place. */
export interface LogLine extends LogCursor {
  text: string;
}

/** The opaque text a browser keeps. */
export function formatCursor({ uid, container, restarts, time, nth }: LogCursor): string {
  return [uid, container, restarts, nth, time].join('/');
}

/** Undefined for what {@link formatCursor} did not write. */
export function parseCursor(text: string): LogCursor | undefined {
  const match = /^([-\w]{1,64})\/([-a-z0-9]{1,63})\/(\d{1,9})\/(\d{1,9})\/(\S{1,40})$/.exec(text);
  if (match === null) return undefined;
  const [, uid, container, restarts, nth, time] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (instantOf(time) === undefined) return undefined;
  return { uid, container, restarts: Number(restarts), nth: Number(nth), time };
}

/** Nanoseconds since 1970 of an RFC 3339 timestamp; undefined when it is none. */
export function instantOf(time: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[-+]\d\d:\d\d)$/.exec(time);
  if (match === null) return undefined;
  const seconds = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(seconds)) return undefined;
  return BigInt(seconds) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

/** What to ask the kubelet for: it takes whole seconds only, so a second early is the nearest that is surely enough. */
export function sinceTimeFor(time: string): string {
  const instant = instantOf(time) ?? 0n;
  return new Date(Number(instant / 1_000_000n) - 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Counts lines of equal timestamps as they come. */
export class InstantCounter {
  #time = '';
  #nth = 0;

  /** The count of a line among its timestamp's. */
  next(time: string): number {
    this.#nth = time === this.#time ? this.#nth + 1 : 1;
    this.#time = time;
    return this.#nth;
  }
}
