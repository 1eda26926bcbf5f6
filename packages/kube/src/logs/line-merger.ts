import { linesOf, type LogBatch } from './log-batch.ts';
import { instantOf, type LogCursor } from './log-cursor.ts';

/** Lines of several sources in one order, neighbours of one source together. */
export interface MergedLines {
  runs: [source: number, text: string][];
  /** The place behind the last line of each source that is in it. */
  cursors: [source: number, cursor: LogCursor][];
  count: number;
}

interface PendingLine {
  source: number;
  /** When it was written, in nanoseconds; never before the line of its source that came before it. */
  at: bigint;
  arrivedAt: number;
  text: string;
  end: LogCursor;
}

interface Pending {
  lines: PendingLine[];
  characters: number;
  /** Of the last line that came. */
  lastAt: bigint;
  /** When the first and the last batch came; undefined before. A source that had to wait for room is heard then. */
  heard: { first: number; last: number } | undefined;
  /** It was silent once: what it had written before it was followed has come. */
  isCaughtUp: boolean;
}

/** A line waits so long for earlier ones of other sources. */
export const mergeWindowMs = 250;
/** A source is waited for so long at most while it brings its past: its clock may be behind the others'. */
export const mostCatchingUpMs = 5000;
/** What may wait of one source, and of all together; a source that waits for nothing may always give a batch. */
const roomCharacters = { source: 256 * 1024, all: 4 * 1024 * 1024 };
/** What goes at once. */
const mostCharacters = 256 * 1024;

/**
 * Merges the lines of several logs by their timestamps. Within a source the order stays as it came. A line is let go
 * when every source has said something later, or when it has waited for the window; not before a source that still
 * brings its past, batch after batch, has come so far. Where a source has more to give than it has room for, what is
 * earlier than that goes at once, and everything else waits.
 */
export class LineMerger {
  readonly #sources = new Map<number, Pending>();
  #characters = 0;

  /** From now on lines of others wait for this source's. */
  join(source: number): void {
    this.#sources.set(source, { lines: [], characters: 0, lastAt: 0n, heard: undefined, isCaughtUp: false });
  }

  /** Takes a batch of a source, that came at this moment (milliseconds of any clock, the same in `take`). */
  push(source: number, batch: LogBatch, now: number): void {
    const pending = this.#sources.get(source);
    if (pending === undefined) throw new Error(`Source ${source} has not joined`);
    const { heard } = pending;
    if (heard !== undefined && now - heard.last >= mergeWindowMs) pending.isCaughtUp = true;
    pending.heard = { first: heard?.first ?? now, last: now };
    for (const { time, nth, start, end } of linesOf(batch)) {
      const at = instantOf(time) ?? 0n;
      if (at > pending.lastAt) pending.lastAt = at;
      const text = batch.text.slice(start, end);
      const place = { ...batch.end, time, nth };
      pending.lines.push({ source, at: pending.lastAt, arrivedAt: now, text, end: place });
    }
    pending.characters += batch.text.length;
    this.#characters += batch.text.length;
  }

  /** Whether a source should give no more until some of what it gave is taken. */
  isFull(source: number): boolean {
    const { characters } = this.#sources.get(source) ?? { characters: 0 };
    if (characters >= roomCharacters.source) return true;
    return characters > 0 && this.#characters >= roomCharacters.all;
  }

  /** Nothing waits, of this source or at all. */
  isEmpty(source?: number): boolean {
    return source === undefined ? this.#characters === 0 : !this.#sources.get(source)?.characters;
  }

  /** Nobody waits for it any more. */
  leave(source: number): void {
    this.#sources.delete(source);
  }

  /** What may go by now, at most so many lines; undefined when nothing may. */
  take(now: number, mostLines: number): MergedLines | undefined {
    let fullUntil: bigint | undefined;
    let saidUntil: bigint | undefined;
    let caughtUpTo: bigint | undefined;
    for (const [source, pending] of this.#sources) {
      const { lastAt } = pending;
      if (this.isFull(source)) fullUntil = least(fullUntil, lastAt);
      else if (isCatchingUp(pending, now)) caughtUpTo = least(caughtUpTo, lastAt);
      saidUntil = least(saidUntil, lastAt);
    }
    const mayGo = ({ at, arrivedAt }: PendingLine) => {
      if (caughtUpTo !== undefined && at > caughtUpTo) return false;
      if (fullUntil !== undefined) return at <= fullUntil;
      return arrivedAt <= now - mergeWindowMs || at <= (saidUntil ?? 0n);
    };
    const lines = [...this.#sources.values()].flatMap(({ lines }) => frontOf(lines, mayGo));
    // stable, and a source's own lines come in their order
    lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    return lines.length === 0 ? undefined : this.#let(lines, mostLines, now);
  }

  /** Lets go of lines from the front of these. */
  #let(lines: PendingLine[], mostLines: number, now: number): MergedLines {
    const runs: [number, string][] = [];
    const taken = new Map<number, PendingLine[]>();
    let count = 0;
    let characters = 0;
    for (const line of lines) {
      if (count === mostLines || characters > mostCharacters) break;
      count += 1;
      characters += line.text.length;
      const run = runs.at(-1);
      if (run?.[0] === line.source) run[1] += line.text;
      else runs.push([line.source, line.text]);
      const ofSource = taken.get(line.source);
      if (ofSource) ofSource.push(line);
      else taken.set(line.source, [line]);
    }
    for (const [source, gone] of taken) {
      const pending = this.#sources.get(source)!;
      if (pending.heard && this.isFull(source)) pending.heard.last = now;
      pending.lines.splice(0, gone.length);
      for (const { text } of gone) pending.characters -= text.length;
    }
    this.#characters -= characters;
    return { runs, count, cursors: [...taken].map(([source, gone]) => [source, gone.at(-1)!.end]) };
  }
}

function isCatchingUp({ heard, isCaughtUp }: Pending, now: number): boolean {
  if (heard === undefined || isCaughtUp) return false;
  return now - heard.last < mergeWindowMs && now - heard.first < mostCatchingUpMs;
}

function least(one: bigint | undefined, other: bigint): bigint {
  return one === undefined || other < one ? other : one;
}

/** The lines at the front that may go. */
function frontOf(lines: PendingLine[], mayGo: (line: PendingLine) => boolean): PendingLine[] {
  const staying = lines.findIndex((line) => !mayGo(line));
  return staying < 0 ? lines : lines.slice(0, staying);
}
