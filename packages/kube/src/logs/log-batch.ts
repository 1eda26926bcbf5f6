import type { LogCursor } from './log-cursor.ts';

/** Lines of one container that came together. They stay one text: most of them are only handed on. */
export interface LogBatch {
  /** Whole lines as the kubelet has them, at least one: timestamp, space, line, newline. */
  text: string;
  /** How many. */
  count: number;
  /** Count of the first line among lines of its timestamp. */
  firstNth: number;
  /** The place behind the last line. */
  end: LogCursor;
}

/** Whose lines they are. */
export type LogOrigin = Omit<LogCursor, 'time' | 'nth'>;

/** One line of a batch; `start` and `end` are its bounds in the text, the newline included. */
export interface BatchLine {
  time: string;
  nth: number;
  start: number;
  end: number;
}

/**
 * A batch of whole lines that came behind the line `before`; what has no timestamp is the kubelet itself speaking and
 * goes to `said`. The batch is undefined when there is nothing else.
 */
export function readBatch(
  text: string,
  origin: LogOrigin,
  before: Pick<LogCursor, 'time' | 'nth'> | undefined,
): { batch: LogBatch | undefined; said: string[] } {
  const said: string[] = [];
  let kept = '';
  let keptFrom = 0;
  let count = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    if (isStamped(text, start)) count += 1;
    else {
      kept += text.slice(keptFrom, start);
      said.push(text.slice(start, end).trimEnd());
      keptFrom = end;
    }
    start = end;
  }
  if (count === 0) return { batch: undefined, said };
  const lines = kept + text.slice(keptFrom);
  const firstTime = timeAt(lines, 0);
  const firstNth = before !== undefined && before.time === firstTime ? before.nth + 1 : 1;
  return { batch: { text: lines, count, firstNth, end: { ...origin, ...lastPlace(lines, firstNth) } }, said };
}

/** The lines of a batch, one by one. */
export function* linesOf({ text, firstNth }: LogBatch): Generator<BatchLine, void> {
  let before = '';
  let nth = firstNth - 1;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    const time = timeAt(text, start);
    nth = time === before || before === '' ? nth + 1 : 1;
    before = time;
    yield { time, nth, start, end };
    start = end;
  }
}

/** The batch's lines up to this one, and those behind it (undefined: none). */
export function splitBehind(
  batch: LogBatch,
  line: BatchLine,
  count: number,
): { head: LogBatch; rest: LogBatch | undefined } {
  const { text, end } = batch;
  const place = { ...end, time: line.time, nth: line.nth };
  const head = { ...batch, text: text.slice(0, line.end), count, end: place };
  if (line.end >= text.length) return { head, rest: undefined };
  const firstNth = timeAt(text, line.end) === line.time ? line.nth + 1 : 1;
  return { head, rest: { text: text.slice(line.end), count: batch.count - count, firstNth, end } };
}

/** The first `count` lines of a batch, and the others. */
export function splitAt(batch: LogBatch, count: number): { head: LogBatch; rest: LogBatch | undefined } {
  let number = 0;
  for (const line of linesOf(batch)) {
    if (++number === count) return splitBehind(batch, line, count);
  }
  return { head: batch, rest: undefined };
}

/** The lines behind a place inside the batch; undefined when it does not hold that line, null when it is the last. */
export function restBehind(batch: LogBatch, { time, nth }: LogCursor): LogBatch | null | undefined {
  // most batches don't have it: one search tells
  if (!batch.text.includes(`${time} `)) return undefined;
  let number = 0;
  for (const line of linesOf(batch)) {
    number += 1;
    if (line.time === time && line.nth === nth) return splitBehind(batch, line, number).rest ?? null;
  }
  return undefined;
}

/** `2026-01-02T` is how every timestamp begins. */
function isStamped(text: string, at: number): boolean {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 && text[at + 4] === '-' && text[at + 7] === '-' && text[at + 10] === 'T';
}

function timeAt(text: string, start: number): string {
  const space = text.indexOf(' ', start);
  const time = text.slice(start, space < 0 ? undefined : space);
  // an empty line may come without the space
  return time.length > 40 ? time.slice(0, time.indexOf('\n')) : time;
}

/** Timestamp of the last line and its count: lines of one timestamp stand together, so only the end is looked at. */
function lastPlace(text: string, firstNth: number): { time: string; nth: number } {
  let start = text.lastIndexOf('\n', text.length - 2) + 1;
  const time = timeAt(text, start);
  let nth = 1;
  while (start > 0) {
    start = text.lastIndexOf('\n', start - 2) + 1;
    if (!text.startsWith(time, start)) return { time, nth };
    nth += 1;
  }
  return { time, nth: nth - 1 + firstNth };
}
