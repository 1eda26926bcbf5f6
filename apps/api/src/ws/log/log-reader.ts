import { setTimeout as sleep } from 'node:timers/promises';
import { containerForLog, type ContainerForLog } from './container-state.ts';
import { InstantCounter, sinceTimeFor, type LogCursor, type LogLine } from './log-cursor.ts';
import type { LogRead, LogSource, LogStart } from './log-source.ts';
import { ResumeFilter } from './resume-filter.ts';

export type LogEvent =
  | { type: 'lines'; lines: LogLine[] }
  /** Lines between these timestamps may be lost; nobody can count them. */
  | { type: 'gap'; from: string | null; to: string | null }
  | { type: 'waiting'; message: string };

/** The pod has no such container. */
export class NoSuchContainer extends Error {}

/** Which run of the container to read. */
interface Instance {
  previous: boolean;
  follow: boolean;
  restarts: number;
}

/** How often a container without a log, or between two runs, is looked at again. */
const pollMs = 1000;
/** Silence after which a resumed log is taken to have nothing more to come at once. */
const quietMs = 1000;
const longestBackoffMs = 10_000;

/**
 * Reads one container's log from a start or a cursor on, through cut connections, rotation and restarts of the
 * container: every line once, in order; what is surely or possibly lost is a `gap`. Ends when the container will write
 * no more (or, without `follow`, at the end of what there is). Pulling slowly holds the cluster back.
 */
export class LogReader {
  readonly #source: LogSource;
  readonly #start: LogStart;
  readonly #follow: boolean;
  readonly #signal: AbortSignal;
  #cursor: LogCursor | undefined;
  #uid: string | undefined;
  #waitingFor = '';
  /** Restart count of the instance whose log was read to its very end. */
  #drained: number | undefined;

  constructor(source: LogSource, start: LogStart, signal: AbortSignal, cursor?: LogCursor) {
    this.#source = source;
    this.#start = start;
    this.#follow = start.follow && !start.previous;
    this.#signal = signal;
    this.#cursor = cursor;
  }

  /** Behind the last line that was handed out; undefined before the first. */
  get cursor(): LogCursor | undefined {
    return this.#cursor;
  }

  async *events(): AsyncGenerator<LogEvent, void> {
    let setbacks = 0;
    while (!this.#signal.aborted) {
      try {
        const state = await this.#look();
        if (state instanceof Gap) {
          yield state.event;
          continue;
        }
        if (!state.hasLog || state.restarts === this.#drained) {
          if (state.finished && state.hasLog) return;
          yield* this.#waiting(state.message);
          if (state.finished || !this.#follow) return;
          await sleep(pollMs, undefined, { signal: this.#signal });
          continue;
        }
        yield* this.#readInstances(state);
        setbacks = 0;
        if (!this.#follow) return;
        if (!state.running) this.#drained = state.restarts;
      } catch (error) {
        if (this.#signal.aborted) return;
        const { kind, message } = this.#source.classify(error);
        if (kind === 'final' || kind === 'gone') throw error;
        yield* this.#waiting(message);
        if (kind === 'notStarted' && !this.#follow) return;
        await sleep(backoff(setbacks++), undefined, { signal: this.#signal }).catch(() => {});
      }
    }
  }

  /** The container as it is now; a Gap when the pod is another one than before (same name, other UID). */
  async #look(): Promise<ContainerForLog | Gap> {
    const pod = await this.#source.pod(this.#signal);
    const known = this.#uid ?? this.#cursor?.uid;
    this.#uid = pod.metadata.uid;
    if (known !== undefined && known !== this.#uid) {
      const from = this.#cursor?.time ?? null;
      this.#cursor = undefined;
      this.#drained = undefined;
      return new Gap(from);
    }
    const state = containerForLog(pod, this.#source.container);
    if (state === undefined) throw new NoSuchContainer(this.#source.container);
    return state;
  }

  async *#waiting(message: string): AsyncGenerator<LogEvent> {
    if (message === '' || message === this.#waitingFor) return;
    this.#waitingFor = message;
    yield { type: 'waiting', message };
  }

  /** The rest of the instance the cursor is in, where another one has begun meanwhile, then the newest. */
  async *#readInstances(state: ContainerForLog): AsyncGenerator<LogEvent> {
    const cursor = this.#cursor;
    const last = { previous: true, follow: false, restarts: state.restarts - 1 };
    const newest = { previous: false, follow: this.#follow && state.running, restarts: state.restarts };
    if (this.#start.previous) return yield* this.#read(last, cursor && new ResumeFilter(cursor));
    if (cursor === undefined) return yield* this.#read(newest);
    // the instance behind the drained one is wanted from its first line on
    const filter = new ResumeFilter(cursor, { wholeIfNewer: this.#drained === state.restarts - 1 });
    if (state.restarts > Math.max(cursor.restarts, (this.#drained ?? -1) + 1))
      yield* this.#read(last, filter);
    yield* this.#read(newest, filter);
  }

  async *#read({ restarts, ...which }: Instance, filter?: ResumeFilter): AsyncGenerator<LogEvent> {
    const at = { uid: this.#uid ?? '', container: this.#source.container, restarts };
    const counter = new InstantCounter();
    const batches = this.#source
      .read({ ...which, ...this.#position() }, this.#signal)
      [Symbol.asyncIterator]();
    try {
      let next = batches.next();
      for (;;) {
        const result = filter?.holding === true ? await orQuiet(next) : await next;
        if (result === 'quiet') {
          yield* this.#deliver(filter!.settle());
          continue;
        }
        if (result.done === true) break;
        const lines: LogLine[] = [];
        for (const [time, text] of result.value) {
          if (time === null) yield* this.#waiting(text);
          else lines.push({ ...at, time, nth: counter.next(time), text });
        }
        yield* this.#deliver(filter === undefined ? { lines, missed: false } : filter.pushAll(lines));
        next = batches.next();
      }
      if (filter !== undefined && !which.previous) yield* this.#deliver(filter.settle());
    } finally {
      await batches.return?.();
    }
  }

  #position(): Partial<LogRead> {
    if (this.#cursor !== undefined) return { sinceTime: sinceTimeFor(this.#cursor.time) };
    const { sinceSeconds, tailLines } = this.#start;
    return {
      ...(sinceSeconds !== undefined && { sinceSeconds }),
      ...(tailLines !== undefined && { tailLines }),
    };
  }

  *#deliver({ lines, missed }: { lines: LogLine[]; missed: boolean }): Generator<LogEvent> {
    const [first] = lines;
    const last = lines.at(-1);
    if (first === undefined || last === undefined) return;
    if (missed) yield { type: 'gap', from: this.#cursor?.time ?? null, to: first.time };
    this.#cursor = last;
    this.#waitingFor = '';
    yield { type: 'lines', lines };
  }
}

/** The pod of that name is not the one the cursor was made in. */
class Gap {
  readonly event: LogEvent;

  constructor(from: string | null) {
    this.event = { type: 'gap', from, to: null };
  }
}

async function orQuiet<T>(next: Promise<T>): Promise<T | 'quiet'> {
  const stop = new AbortController();
  try {
    return await Promise.race([next, sleep(quietMs, 'quiet' as const, { signal: stop.signal })]);
  } finally {
    stop.abort();
  }
}

/** Full jitter, from a quarter of a second. */
function backoff(setbacks: number): number {
  return Math.random() * Math.min(longestBackoffMs, 250 * 2 ** setbacks);
}
