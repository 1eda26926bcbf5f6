import { linesOf, splitBehind, type BatchLine, type LogBatch } from './log-batch.ts';
import { instantOf } from './log-cursor.ts';

/** Stdout and stderr are stamped before they are written in turn: neighbours may stand in the wrong order by this much. */
const disorderNs = 1_000_000_000n;

export interface Resumed {
  /** Lines behind the cursor. */
  batches: LogBatch[];
  /** True once: the cursor's line is gone, so lines may be missing before these. */
  missed: boolean;
}

const nothing: Resumed = { batches: [], missed: false };

/**
 * Drops what a viewer has had already from a log that is read again from a second before its cursor. The place is
 * found by the exact line (timestamp and count), not by order of timestamps, which the file does not promise. Lines
 * that are a little newer are held until the cursor's line comes (they were before it, so had been delivered) or surely
 * does not come (then it was rotated away, and they are new).
 */
export class ResumeFilter {
  readonly #instant: bigint;
  readonly #nth: number;
  #wholeIfNewer: boolean;
  #looking = true;
  #held: LogBatch[] = [];

  /**
   * `wholeIfNewer`: the log is expected to be another instance's, begun after the cursor; when its first line is newer
   * than the cursor, nothing is missing.
   */
  constructor(cursor: { time: string; nth: number }, options: { wholeIfNewer?: boolean } = {}) {
    this.#instant = instantOf(cursor.time) ?? 0n;
    this.#nth = cursor.nth;
    this.#wholeIfNewer = options.wholeIfNewer ?? false;
  }

  /** Lines wait for more to come before it is clear whether they are new. */
  get holding(): boolean {
    return this.#held.length > 0;
  }

  /** The cursor's line has not come, nor what is surely behind it. */
  get isLooking(): boolean {
    return this.#looking;
  }

  push(batch: LogBatch): Resumed {
    if (!this.#looking) return { batches: [batch], missed: false };
    let count = 0;
    /** Where the lines begin that are held of this batch. */
    for (const line of linesOf(batch)) {
      count += 1;
      const instant = instantOf(line.time) ?? 0n;
      if (this.#wholeIfNewer) {
        this.#wholeIfNewer = false;
        if (instant > this.#instant) return this.#found([batch]);
      }
      if (instant === this.#instant && line.nth === this.#nth) {
        const { rest } = splitBehind(batch, line, count);
        return this.#found(rest === undefined ? [] : [rest]);
      }
      if (instant <= this.#instant) continue;
      this.#held.push(only(batch, line));
      if (instant > this.#instant + disorderNs) {
        const { rest } = splitBehind(batch, line, count);
        const { batches } = this.settle();
        return { batches: rest === undefined ? batches : [...batches, rest], missed: true };
      }
    }
    return nothing;
  }

  /** Gives up looking when lines are held and nothing more comes. */
  settle(): Resumed {
    if (!this.#looking || this.#held.length === 0) return nothing;
    const { batches } = this.#found(joined(this.#held));
    return { batches, missed: true };
  }

  #found(batches: LogBatch[]): Resumed {
    this.#looking = false;
    this.#held = [];
    return { batches, missed: false };
  }
}

function only(batch: LogBatch, { time, nth, start, end }: BatchLine): LogBatch {
  return { text: batch.text.slice(start, end), count: 1, firstNth: nth, end: { ...batch.end, time, nth } };
}

/** Neighbours of one instance as one batch. */
function joined(batches: LogBatch[]): LogBatch[] {
  const runs: LogBatch[][] = [];
  for (const batch of batches) {
    const run = runs.at(-1);
    if (run?.[0]?.end.restarts === batch.end.restarts) run.push(batch);
    else runs.push([batch]);
  }
  return runs.map((run) => ({
    ...run[0]!,
    text: run.map(({ text }) => text).join(''),
    count: run.length,
    end: run.at(-1)!.end,
  }));
}
