/**
 * A place in a container's log that any replica can find again: the instance of the container, the timestamp of the
 * last line that was delivered, and its count among lines of exactly that timestamp.
 */
export interface LogCursor {
  /** The pod's UID: a pod of the same name is another pod. */
  uid: string;
  pod: string;
  container: string;
  /** The container's restart count when the line was written. */
  restarts: number;
  /** RFC 3339 with nanoseconds, as the kubelet prints it. */
  time: string;
  /** 1 for the first line of that timestamp; 0: no line yet, the log is wanted from that time on. */
  nth: number;
}

/** The opaque text a browser keeps; at most 420 characters. */
export function formatCursor({ uid, pod, container, restarts, time, nth }: LogCursor): string {
  return [uid, pod, container, restarts, nth, time].join('/');
}

/** Undefined for what {@link formatCursor} did not write. */
export function parseCursor(text: string): LogCursor | undefined {
  const match =
    /^([-\w]{1,64})\/([-.a-z0-9]{1,253})\/([-a-z0-9]{1,63})\/(\d{1,9})\/(\d{1,9})\/(\S{1,40})$/.exec(text);
  if (match === null) return undefined;
  const [uid = '', pod = '', container = '', restarts, nth, time = ''] = match.slice(1);
  if (instantOf(time) === undefined) return undefined;
  return { uid, pod, container, restarts: Number(restarts), nth: Number(nth), time };
}

/** Whether both name the same line. */
export function isSamePlace(one: LogCursor, other: LogCursor): boolean {
  return (
    one.time === other.time &&
    one.nth === other.nth &&
    one.restarts === other.restarts &&
    one.uid === other.uid &&
    one.container === other.container
  );
}

/** Nanoseconds since 1970 of an RFC 3339 timestamp; undefined when it is none. */
export function instantOf(time: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[-+]\d\d:\d\d)$/.exec(time);
  if (match === null) return undefined;
  const milliseconds = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

/**
 * What to ask the kubelet for: it takes whole seconds only, so a second early is the nearest that is surely enough.
 * With `seconds` 1 it is what surely leaves the line out.
 */
export function sinceTimeFor(time: string, seconds: -1 | 1 = -1): string {
  const instant = instantOf(time) ?? 0n;
  return new Date(Math.max(0, Number(instant / 1_000_000n) + seconds * 1000))
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');
}

/** As the time of a cursor of count 0: all there is. */
export const beginningOfTime = '1970-01-01T00:00:00Z';
