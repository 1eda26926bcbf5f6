import { restBehind, splitAt } from './log-batch.ts';
import { instantOf, isSamePlace, type LogCursor } from './log-cursor.ts';
import { LogReader, type LogEvent } from './log-reader.ts';
import type { LogSource, LogStart } from './log-source.ts';

/** What holding an entry costs beside its text. */
const entryCost = 200;
/** Who reads a log's past hears more sooner than this, and what it hears is older than that. */
const quietMs = 1000;
const freshMs = 10_000;

interface Entry {
  event: LogEvent;
  /** Of all that ever came, up to here. */
  endsAt: number;
}

/** Where a viewer is in the log: the number of the entry it gets next, and the rest of the one before, first. */
interface Position {
  next: number;
  rest?: LogEvent | undefined;
}

/**
 * The one upstream of a container's log and the last of what came. It is read as fast as the fastest of its viewers
 * takes it; one that is slower than that may find that what it wants next is not held any more.
 */
export class SharedLog {
  readonly #abort = new AbortController();
  readonly #opener: LogSource;
  readonly #start: LogStart;
  readonly #startedAt: LogCursor | undefined;
  readonly #limit: () => number;
  readonly #seats = new Set<Seat>();
  readonly #entries: Entry[] = [];
  /** Number of the first entry held. */
  #first = 0;
  #received = 0;
  #receivedAt = 0;
  #heldFrom = 0;
  #lineCount = 0;
  #over = false;
  #error: unknown;
  #resume: (() => void) | undefined;

  /** `limit`: bytes to hold, about; asked again and again. */
  constructor(source: LogSource, start: LogStart, cursor: LogCursor | undefined, limit: () => number) {
    this.#opener = source;
    this.#start = start;
    this.#startedAt = cursor;
    this.#limit = limit;
    const reader = new LogReader(this.#viewersSource(), { start, signal: this.#abort.signal, cursor });
    void this.#run(reader)
      .catch((error: unknown) => {
        this.#error = error;
      })
      .finally(() => {
        this.#over = true;
        this.#wake();
      });
  }

  /** No more will come. */
  get over(): boolean {
    return this.#over;
  }

  get viewers(): number {
    return this.#seats.size;
  }

  /** A seat at the very beginning, for who opened it. */
  first(onLeave: () => void): Seat {
    return this.#seat(this.#opener, { next: 0 }, onLeave);
  }

  /** A seat where a viewer wants to go on, or begin; undefined when that place is not held. */
  seatAt(
    source: LogSource,
    start: LogStart,
    place: LogCursor | undefined,
    onLeave: () => void,
  ): Seat | undefined {
    const position = place === undefined ? this.#beginning(start) : this.#find(place);
    return position && this.#seat(source, position, onLeave);
  }

  stop(): void {
    this.#abort.abort();
    this.#resume?.();
  }

  /** For seats: the next event of a position, which it moves on. */
  take(position: Position): LogEvent | 'behind' | 'later' | 'over' {
    if (position.rest) {
      const { rest } = position;
      position.rest = undefined;
      return rest;
    }
    if (position.next < this.#first) return 'behind';
    const entry = this.#entries[position.next - this.#first];
    if (entry !== undefined) {
      position.next += 1;
      this.#resume?.();
      return entry.event;
    }
    if (!this.#over) return 'later';
    if (this.#error !== undefined) throw this.#error;
    return 'over';
  }

  /** For seats. */
  leave(seat: Seat): void {
    this.#seats.delete(seat);
    this.#resume?.();
  }

  /** Bytes that came and that a position has not taken. */
  #unread({ next }: Position): number {
    const taken = next <= this.#first ? this.#heldFrom : this.#entries[next - this.#first - 1]!.endsAt;
    return this.#received - taken;
  }

  #isAhead(): boolean {
    let least = Infinity;
    for (const seat of this.#seats) least = Math.min(least, this.#unread(seat.position));
    return least > this.#limit() / 2;
  }

  /** Whoever opened it may have left: each read is done as somebody who views the log at that moment. */
  #viewersSource(): LogSource {
    const now = () => [...this.#seats][0]?.source ?? this.#opener;
    const { pod, container } = this.#opener;
    return {
      pod,
      container,
      look: (signal) => now().look(signal),
      read: (options, signal) => now().read(options, signal),
    };
  }

  #seat(source: LogSource, position: Position, onLeave: () => void): Seat {
    const seat = new Seat(this, source, position, onLeave);
    this.#seats.add(seat);
    return seat;
  }

  /** Where a viewer's own beginning is among what is held. */
  #beginning(start: LogStart): Position | undefined {
    const sameStart =
      start.tailLines === this.#start.tailLines && start.sinceSeconds === this.#start.sinceSeconds;
    if (this.#lineCount === 0 && sameStart && this.#startedAt === undefined) return { next: this.#first };
    if (start.tailLines === undefined || start.sinceSeconds !== undefined) return undefined;
    return this.#isCaughtUp() ? this.#tail(start.tailLines) : undefined;
  }

  /** Whether the last of what is held is the last of the log. */
  #isCaughtUp(): boolean {
    if (this.#isAhead()) return false;
    if (performance.now() - this.#receivedAt > quietMs) return true;
    const event = this.#entries.findLast(({ event }) => event.type === 'lines')?.event;
    if (event?.type !== 'lines') return false;
    return Number((instantOf(event.batch.end.time) ?? 0n) / 1_000_000n) > Date.now() - freshMs;
  }

  #tail(count: number): Position | undefined {
    let missing = count;
    let index = this.#entries.length;
    while (missing > 0 && index > 0) {
      const { event } = this.#entries[--index]!;
      if (event.type !== 'lines') continue;
      missing -= event.batch.count;
    }
    if (missing > 0) return undefined;
    const next = this.#first + index;
    const event = this.#entries[index]?.event;
    if (missing === 0 || event?.type !== 'lines') return { next };
    const { rest } = splitAt(event.batch, -missing);
    return { next: next + 1, rest: rest && { type: 'lines', batch: rest } };
  }

  #find(place: LogCursor): Position | undefined {
    const isStart = this.#startedAt !== undefined && isSamePlace(this.#startedAt, place);
    if (this.#first === 0 && isStart) return { next: 0 };
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const { event } = this.#entries[index]!;
      if (event.type !== 'lines') continue;
      const { batch } = event;
      const next = this.#first + index + 1;
      if (isSamePlace(batch.end, place)) return { next };
      if (batch.end.uid !== place.uid || batch.end.restarts !== place.restarts) continue;
      const rest = restBehind(batch, place);
      if (rest) return { next, rest: { type: 'lines', batch: rest } };
    }
    return undefined;
  }

  async #run(reader: LogReader): Promise<void> {
    for await (const event of reader.events()) {
      this.#received += sizeOf(event);
      this.#receivedAt = performance.now();
      if (event.type === 'lines') this.#lineCount += event.batch.count;
      this.#entries.push({ event, endsAt: this.#received });
      this.#trim();
      this.#wake();
      while (this.#isAhead() && !this.#abort.signal.aborted) {
        await new Promise<void>((resolve) => (this.#resume = resolve));
      }
    }
  }

  #trim(): void {
    const limit = this.#limit();
    if (this.#received - this.#heldFrom <= limit) return;
    // a good part at once: taking single entries off the front of an array is slow
    const from = this.#received - limit * 0.75;
    const drop = Math.min(
      this.#entries.findIndex(({ endsAt }) => endsAt > from),
      this.#entries.length - 1,
    );
    if (drop <= 0) return;
    this.#heldFrom = this.#entries[drop - 1]!.endsAt;
    this.#entries.splice(0, drop);
    this.#first += drop;
  }

  #wake(): void {
    for (const seat of this.#seats) seat.wake();
  }
}

function sizeOf(event: LogEvent): number {
  return event.type === 'lines' ? event.batch.text.length + entryCost : entryCost;
}

/** One viewer's place in a {@link SharedLog}. */
export class Seat {
  readonly source: LogSource;
  readonly position: Position;
  readonly #log: SharedLog;
  readonly #onLeave: () => void;
  #left = false;
  #waiting: (() => void) | undefined;

  constructor(log: SharedLog, source: LogSource, position: Position, onLeave: () => void) {
    this.#log = log;
    this.source = source;
    this.position = position;
    this.#onLeave = onLeave;
  }

  /**
   * What comes next, once it is there; `behind` when it is not held any more, `over` at the log's end or after `leave`.
   * Throws what ended the upstream.
   */
  async next(): Promise<LogEvent | 'behind' | 'over'> {
    for (;;) {
      if (this.#left) return 'over';
      const taken = this.#log.take(this.position);
      if (taken !== 'later') return taken;
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  wake(): void {
    const resolve = this.#waiting;
    this.#waiting = undefined;
    resolve?.();
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#log.leave(this);
    this.wake();
    this.#onLeave();
  }
}
