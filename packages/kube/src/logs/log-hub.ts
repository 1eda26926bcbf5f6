import type { LogCursor } from './log-cursor.ts';
import type { LogSource, LogStart } from './log-source.ts';
import { SharedLog, type Seat } from './shared-log.ts';

/** What all shared logs hold together, one of them at most and at least; bytes, about. */
const usualLimits = { all: 32 * 1024 * 1024, most: 2 * 1024 * 1024, least: 192 * 1024 };

/** The shared logs of one process, each open as long as somebody views it. Keys name cluster, pod UID and container. */
export class LogHub {
  readonly #logs = new Map<string, SharedLog>();
  readonly #limits: typeof usualLimits;

  constructor(limits = usualLimits) {
    this.#limits = limits;
  }

  /** Number of upstreams. */
  get size(): number {
    return this.#logs.size;
  }

  /** A seat in the log that is open; undefined when none is, or it does not hold that place. Needs one `leave`. */
  join(key: string, source: LogSource, start: LogStart, place: LogCursor | undefined): Seat | undefined {
    const log = this.#logs.get(key);
    if (log === undefined || log.over) return undefined;
    return log.seatAt(source, start, place, () => this.#left(key, log));
  }

  /** Opens the log, unless it is open: then there is no seat. Needs one `leave`. */
  open(key: string, source: LogSource, start: LogStart, place: LogCursor | undefined): Seat | undefined {
    const open = this.#logs.get(key);
    if (open !== undefined && !open.over) return undefined;
    const log = new SharedLog(source, start, place, () => this.#share());
    this.#logs.set(key, log);
    return log.first(() => this.#left(key, log));
  }

  #share(): number {
    const { all, most, least } = this.#limits;
    return Math.max(least, Math.min(most, all / this.#logs.size));
  }

  #left(key: string, log: SharedLog): void {
    if (log.viewers > 0) return;
    log.stop();
    if (this.#logs.get(key) === log) this.#logs.delete(key);
  }
}
