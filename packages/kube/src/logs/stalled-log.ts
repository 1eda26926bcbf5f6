import { instantOf, sinceTimeFor, type LogCursor } from './log-cursor.ts';
import type { LogRead, PendingLine } from './log-source.ts';

/** A line of so many bytes that was cut is not asked for a second time. */
const heavyLine = 16 * 1024 * 1024;
/** How often a log is read again from a second before its cursor, and from a tail that begins there. */
const mostReads = { since: 2, tail: 4 };
/** Lines that a tail may begin early: so many may be written between looking for it and reading it. */
const margins = [64, 1];
const longestTail = 2 ** 22;

/**
 * Notices that a log stands still: reads of it end before they come to what is new, again and again at the same place.
 * Then others bring the reader on: a tail that begins right before the cursor (the kubelet's `sinceTime` knows whole
 * seconds only, and a second may have more lines than a connection carries), what was written after the cursor's
 * second, and at last what is written from now on. What is jumped over thereby is a gap.
 */
export class StalledLog {
  #reads = 0;
  #isAdvanced = false;
  /** The read under way is of what comes behind the cursor only. */
  #hasJumped = false;
  /** The line that the log is cut in. */
  #line: PendingLine | undefined;
  /** Its beginning, where it was given up. */
  #passed: string | undefined;

  get isStalled(): boolean {
    return this.#reads > 0;
  }

  /** Something new has come. */
  advanced(): void {
    this.#isAdvanced = true;
  }

  /** Whether there is no use in reading on: it is the line that was given up. */
  isPassed(line: PendingLine | undefined): boolean {
    return line !== undefined && line.head === this.#passed;
  }

  /**
   * A read has ended although more was to come; `line` had not ended then, `isBehind` is whether the cursor was met.
   * The bytes of a line that is given up, once.
   */
  ended(line: PendingLine | undefined, isBehind: boolean): number | undefined {
    const isStuck = line !== undefined || !isBehind || (this.#hasJumped && !this.#isAdvanced);
    if (!isStuck) this.#reads = 0;
    else if (!this.#isAdvanced) this.#reads += 1;
    // what has helped will help again
    else this.#reads = this.#reads < mostReads.since ? 0 : Math.min(this.#reads, mostReads.tail - 1);
    this.#isAdvanced = false;
    const isKnown = line !== undefined && line.head === this.#line?.head;
    this.#line = line;
    if (line === undefined || line.head === this.#passed) return undefined;
    if (line.bytes < heavyLine && !(isKnown && this.#reads >= mostReads.tail)) return undefined;
    this.#passed = line.head;
    this.#reads = Math.max(this.#reads, mostReads.tail);
    return line.bytes;
  }

  /**
   * Which part of the log to ask for.
   * @param firstOf reads the timestamp of the first of so many last lines; undefined: there is none
   */
  async position(
    cursor: LogCursor | undefined,
    firstOf: (tailLines: number) => Promise<string | undefined>,
  ): Promise<Partial<LogRead> | undefined> {
    this.#hasJumped = this.#reads >= mostReads.tail;
    if (this.#reads < mostReads.since) return undefined;
    if (cursor === undefined) return this.#reads < mostReads.tail ? undefined : { tailLines: 0 };
    if (this.#reads < mostReads.tail) {
      return tailBehind(cursor, margins[this.#reads - mostReads.since] ?? 1, firstOf);
    }
    return this.#reads === mostReads.tail ? { sinceTime: sinceTimeFor(cursor.time, 1) } : { tailLines: 0 };
  }
}

/** The shortest tail that has the cursor's line, and up to two margins more. */
async function tailBehind(
  cursor: LogCursor,
  margin: number,
  firstOf: (tailLines: number) => Promise<string | undefined>,
): Promise<Partial<LogRead> | undefined> {
  const at = instantOf(cursor.time) ?? 0n;
  const has = async (count: number) => (instantOf((await firstOf(count)) ?? '') ?? at + 1n) <= at;
  let count = margin;
  while (!(await has(count))) {
    count *= 2;
    if (count > longestTail) return undefined;
  }
  let tooFew = Math.floor(count / 2);
  while (count - tooFew > margin) {
    const middle = Math.ceil((count + tooFew) / 2);
    if (await has(middle)) count = middle;
    else tooFew = middle;
  }
  return { tailLines: count + margin };
}
