import type { LogCursor, LogLine } from './log-cursor.ts';
import { LogReader, type LogEvent } from './log-reader.ts';
import type { LogSource, LogStart } from './log-source.ts';

type Entry = LogLine | Exclude<LogEvent, { type: 'lines' }>;

/** What the ring holds at most; a viewer that falls behind it reads the cluster's log for itself until it is back. */
const ringLines = 10_000;
const ringCharacters = 4 * 1024 * 1024;
/** Lines handed to a viewer at once. */
const batchLines = 500;
/** How long a viewer waits for the upstream to reach the line it has read by itself. */
const catchUpMs = 250;

/**
 * The one upstream of a container's log and its last lines. It reads at the cluster's speed; what its viewers have not
 * taken when the ring is full is dropped from here, not from them: see {@link viewLog}.
 */
export class SharedLog {
  readonly #abort = new AbortController();
  readonly #entries: Entry[] = [];
  #first = 0;
  #characters = 0;
  #startedAt: LogCursor | undefined;
  #pump: Promise<void> | undefined;
  #over = false;
  #error: unknown;
  #waiting: (() => void)[] = [];

  /** Number of the entry that comes next. */
  get end(): number {
    return this.#first + this.#entries.length;
  }

  /** No more entries will come. */
  get over(): boolean {
    return this.#over;
  }

  /** Opens the upstream, once; later calls change nothing. */
  start(source: LogSource, start: LogStart, cursor: LogCursor | undefined): void {
    if (this.#pump !== undefined) return;
    this.#startedAt = cursor;
    const reader = new LogReader(source, start, this.#abort.signal, cursor);
    this.#pump = this.#run(reader).catch((error: unknown) => {
      this.#error = error;
    });
    void this.#pump.then(() => {
      this.#over = true;
      this.#wake();
    });
  }

  /** Closes the upstream. */
  stop(): void {
    this.#abort.abort();
  }

  /** Number of the entry behind the cursor's line; undefined when the ring does not hold that line. */
  find(cursor: LogCursor): number | undefined {
    if (this.#first === 0 && this.#startedAt !== undefined && isAt(this.#startedAt, cursor)) return 0;
    const index = this.#entries.findLastIndex((entry) => !('type' in entry) && isAt(entry, cursor));
    return index < 0 ? undefined : this.#first + index + 1;
  }

  /** Entries from a number on; `behind` when the ring has dropped some of them already. */
  take(from: number): Entry[] | 'behind' {
    return from < this.#first
      ? 'behind'
      : this.#entries.slice(from - this.#first, from - this.#first + batchLines);
  }

  /** Resolves when there is an entry of that number, or there will be none; throws what ended the upstream. */
  async reached(number: number, signal: AbortSignal): Promise<void> {
    while (this.end <= number && !this.#over && !signal.aborted) await this.#change(signal);
    if (this.end <= number && this.#error !== undefined) throw this.#error;
  }

  async #run(reader: LogReader): Promise<void> {
    for await (const event of reader.events()) {
      if (event.type === 'lines') for (const line of event.lines) this.#push(line);
      else this.#push(event);
      this.#trim();
      this.#wake();
    }
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    this.#characters += sizeOf(entry);
  }

  /** Drops a good part at once: taking single entries off the front of an array is slow. */
  #trim(): void {
    if (this.#entries.length <= ringLines && this.#characters <= ringCharacters) return;
    let drop = 0;
    while (
      drop < this.#entries.length - 1 &&
      (this.#entries.length - drop > ringLines * 0.75 || this.#characters > ringCharacters * 0.75)
    ) {
      this.#characters -= sizeOf(this.#entries[drop++]!);
    }
    this.#entries.splice(0, drop);
    this.#first += drop;
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', go);
        resolve();
      };
      this.#waiting.push(go);
      signal.addEventListener('abort', go);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function isAt(place: LogCursor, cursor: LogCursor): boolean {
  return place.time === cursor.time && place.nth === cursor.nth && place.uid === cursor.uid;
}

function sizeOf(entry: Entry): number {
  return 'text' in entry ? entry.text.length + 64 : 64;
}

/** The shared logs of one replica, each open as long as somebody views it. */
export class LogHub {
  readonly #logs = new Map<string, { log: SharedLog; viewers: number }>();

  /** Number of upstreams. */
  get size(): number {
    return this.#logs.size;
  }

  /** `key` names cluster, pod UID and container. Every join needs one `leave`. */
  join(key: string): { log: SharedLog; leave: () => void } {
    const open = this.#logs.get(key);
    const shared = open === undefined || open.log.over ? { log: new SharedLog(), viewers: 0 } : open;
    this.#logs.set(key, shared);
    shared.viewers++;
    const leave = () => {
      if (--shared.viewers > 0) return;
      shared.log.stop();
      if (this.#logs.get(key) === shared) this.#logs.delete(key);
    };
    return { log: shared.log, leave };
  }
}

/**
 * One viewer's log: its own history (since, tail and cursor are the viewer's), then the shared upstream from the very
 * line where the history ended. A viewer too slow for the ring goes back to reading for itself. Every line once.
 */
export async function* viewLog(
  hub: LogHub,
  key: string,
  source: LogSource,
  start: LogStart,
  signal: AbortSignal,
  cursor?: LogCursor,
): AsyncGenerator<LogEvent, void> {
  if (!start.follow || start.previous) return yield* new LogReader(source, start, signal, cursor).events();
  const { log, leave } = hub.join(key);
  try {
    const mark = log.end;
    let place = cursor;
    while (!signal.aborted) {
      const history = new LogReader(source, { ...start, follow: false }, signal, place);
      yield* history.events();
      place = history.cursor;
      log.start(source, start, place);
      let next = place === undefined ? mark : log.find(place);
      if (next === undefined) {
        if (log.over) return yield* new LogReader(source, start, signal, place).events();
        await log.reached(log.end, AbortSignal.any([signal, AbortSignal.timeout(catchUpMs)]));
        continue;
      }
      for (;;) {
        await log.reached(next, signal);
        const entries = log.take(next);
        if (entries === 'behind') break;
        if (entries.length === 0 || signal.aborted) return;
        next += entries.length;
        for (const event of asEvents(entries)) {
          if (event.type === 'lines') place = event.lines.at(-1);
          yield event;
        }
      }
    }
  } finally {
    leave();
  }
}

/** Runs of lines as one event each. */
function asEvents(entries: Entry[]): LogEvent[] {
  const events: LogEvent[] = [];
  for (const entry of entries) {
    const last = events.at(-1);
    if ('type' in entry) events.push(entry);
    else if (last?.type === 'lines') last.lines.push(entry);
    else events.push({ type: 'lines', lines: [entry] });
  }
  return events;
}
