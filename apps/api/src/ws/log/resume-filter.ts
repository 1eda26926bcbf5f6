import { instantOf, type LogLine } from './log-cursor.ts';

/** Stdout and stderr are stamped before they are written in turn: neighbours may stand in the wrong order by this much. */
const disorderNs = 1_000_000_000n;

export interface Resumed {
  /** Lines behind the cursor. */
  lines: LogLine[];
  /** True once: the cursor's line is gone, so lines may be missing before these. */
  missed: boolean;
}

const nothing: Resumed = { lines: [], missed: false };

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
  #held: LogLine[] = [];

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

  pushAll(lines: LogLine[]): Resumed {
    const parts = lines.map((line) => this.push(line));
    return { lines: parts.flatMap((part) => part.lines), missed: parts.some((part) => part.missed) };
  }

  push(line: LogLine): Resumed {
    if (!this.#looking) return { lines: [line], missed: false };
    const instant = instantOf(line.time) ?? 0n;
    if (this.#wholeIfNewer) {
      this.#wholeIfNewer = false;
      if (instant > this.#instant) {
        this.#looking = false;
        return { lines: [line], missed: false };
      }
    }
    if (instant === this.#instant && line.nth === this.#nth) {
      this.#looking = false;
      this.#held = [];
      return nothing;
    }
    if (instant <= this.#instant) return nothing;
    this.#held.push(line);
    return instant > this.#instant + disorderNs ? this.settle() : nothing;
  }

  /** Gives up looking when lines are held and nothing more comes. */
  settle(): Resumed {
    if (!this.#looking || this.#held.length === 0) return nothing;
    this.#looking = false;
    const lines = this.#held;
    this.#held = [];
    return { lines, missed: true };
  }
}
