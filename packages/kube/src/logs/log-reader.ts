import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../store/backoff.ts';
import { KubeError } from '../transport/kube-error.ts';
import { containerForLog, type ContainerForLog } from './container-state.ts';
import { readBatch, type LogBatch } from './log-batch.ts';
import { sinceTimeFor, type LogCursor } from './log-cursor.ts';
import type { LogRead, LogSource, LogStart, PendingLine } from './log-source.ts';
import { ResumeFilter, type Resumed } from './resume-filter.ts';
import { StalledLog } from './stalled-log.ts';

/** What happens to a log that is followed: its lines, a hole in it, or why there is nothing now. */
export type LogEvent =
  | { type: 'lines'; batch: LogBatch }
  /** Lines between these timestamps may be lost; nobody can count them. What comes next is of another pod: `uid`. */
  | {
      type: 'gap';
      from: string | null;
      to: string | null;
      uid?: string;
      /** It is one line that did not end, and was given up after so many bytes. */
      lineBytes?: number;
    }
  | { type: 'waiting'; message: string };

/** The pod has no such container. */
export class NoSuchContainer extends Error {}

export interface LogReaderOptions {
  start: LogStart;
  signal: AbortSignal;
  /** The log goes on behind this place; `start`'s since and tail then count no more. */
  cursor?: LogCursor | undefined;
}

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
/** How often a previous run is asked for that the kubelet does not have. */
const mostPreviousTries = 15;
/** How often in a row a log that could be read may be refused; with the waits between that is some seconds. */
const mostRefusals = 5;
/** Of what the kubelet itself says. */
const mostWords = 1000;
const retry = { firstMs: 250, mostMs: 10_000 };

/**
 * Reads one container's log from a start or a cursor on, through cut connections, rotation and restarts of the
 * container: every line once, in order; what is surely or possibly lost is a `gap`. Ends when the container will write
 * no more (or, without `follow`, at the end of what there is). Pulling slowly holds the cluster back.
 */
export class LogReader {
  readonly #source: LogSource;
  readonly #options: LogReaderOptions;
  readonly #follow: boolean;
  readonly #backoff = new Backoff(retry);
  readonly #stalled = new StalledLog();
  #cursor: LogCursor | undefined;
  #uid: string | undefined;
  #waitingFor = '';
  /** Some run of the container has. */
  #hasEnded = false;
  #previousTries = 0;
  #refusals = 0;
  /** Why lines are missing before the next ones was said. */
  #isGapTold = false;
  /** Restart count of the instance whose log was read to its very end. */
  #drained: number | undefined;

  constructor(source: LogSource, options: LogReaderOptions) {
    this.#source = source;
    this.#options = options;
    this.#follow = options.start.follow && !options.start.previous;
    this.#cursor = options.cursor;
  }

  /** Behind the last line that was handed out; undefined before the first. */
  get cursor(): LogCursor | undefined {
    return this.#cursor;
  }

  /** Throws what trying again won't mend: KubeError 404 when the pod is gone, {@link NoSuchContainer}, 401, 403 … */
  async *events(): AsyncGenerator<LogEvent, void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
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
          await sleep(pollMs, undefined, { signal });
          continue;
        }
        yield* this.#readInstances(state);
        if (!this.#stalled.isStalled) this.#backoff.reset();
        if (this.#isLateForPrevious()) {
          await sleep(pollMs, undefined, { signal });
          continue;
        }
        if (!this.#follow) return;
        if (!state.running) this.#drained = state.restarts;
        else if (this.#stalled.isStalled) await this.#backoff.wait(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof KubeError) || this.#isFinal(error)) throw error;
        yield* this.#waiting(error.statusObject?.message ?? error.message);
        if (error.is(400) && !this.#follow && !this.#isLateForPrevious()) return;
        await this.#backoff.wait(signal, error.retryAfterSeconds).catch(() => undefined);
      }
    }
  }

  /** A previous run is wanted and was there, but the kubelet has no log of it: in a moment another one may be. */
  #isLateForPrevious(): boolean {
    const nothing = this.#cursor === this.#options.cursor && this.#waitingFor !== '';
    return (
      this.#options.start.previous && this.#hasEnded && nothing && this.#previousTries++ < mostPreviousTries
    );
  }

  /**
   * What trying again does not mend: the pod is gone, the cluster says no, or we are told to stop. An apiserver that
   * has just started says no to everybody for a moment.
   */
  #isFinal(error: KubeError): boolean {
    if (error.is(401) || error.is(403)) return this.#uid === undefined || this.#refusals++ >= mostRefusals;
    return error.is(404) || error.reason === 'invalidName' || error.reason === 'aborted';
  }

  /** The container as it is now; a Gap when the pod is another one than before (same name, other UID). */
  async #look(): Promise<ContainerForLog | Gap> {
    const pod = await this.#source.look(this.#options.signal);
    const known = this.#uid ?? this.#cursor?.uid;
    this.#uid = pod.metadata.uid;
    if (known !== undefined && known !== this.#uid) {
      const from = this.#cursor?.time ?? null;
      this.#cursor = undefined;
      this.#drained = undefined;
      return new Gap(from, this.#uid);
    }
    const state = containerForLog(pod, this.#source.container);
    if (state === undefined) throw new NoSuchContainer(this.#source.container);
    this.#hasEnded = state.restarts > 0 || !state.running;
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
    // the instance behind the drained one is wanted from its first line on
    const wholeIfNewer = this.#drained === state.restarts - 1;
    const filter = cursor && cursor.nth > 0 ? new ResumeFilter(cursor, { wholeIfNewer }) : undefined;
    if (this.#options.start.previous) return yield* this.#read(last, filter);
    if (cursor && state.restarts > Math.max(cursor.restarts, (this.#drained ?? -1) + 1))
      yield* this.#read(last, filter);
    yield* this.#read(newest, filter);
  }

  async *#read({ restarts, ...which }: Instance, filter?: ResumeFilter): AsyncGenerator<LogEvent> {
    const { pod, container } = this.#source;
    const origin = { uid: this.#uid ?? '', pod, container, restarts };
    let pending: PendingLine | undefined;
    let hasBegun = false;
    const onPending = (line: PendingLine | undefined) => {
      hasBegun = true;
      pending = line;
      return this.#stalled.isPassed(line);
    };
    const options = { ...which, ...(await this.#position(which)), onPending };
    const texts = this.#source.read(options, this.#options.signal)[Symbol.asyncIterator]();
    let failure: unknown;
    try {
      let before: LogCursor | undefined;
      let next = texts.next();
      for (;;) {
        const result = filter?.holding === true ? await orQuiet(next) : await next;
        if (result === 'quiet') {
          yield* this.#deliver(filter!.settle());
          continue;
        }
        if (result.done === true) break;
        const { batch, said } = readBatch(result.value, origin, before);
        for (const words of said) yield* this.#waiting(words.slice(0, mostWords));
        if (batch !== undefined) {
          before = batch.end;
          yield* this.#deliver(filter?.push(batch) ?? { batches: [batch], missed: false });
        }
        next = texts.next();
      }
      if (filter !== undefined && !which.previous) yield* this.#deliver(filter.settle());
    } catch (error) {
      failure = error;
    } finally {
      await texts.return?.();
    }
    if (which.follow && (hasBegun || this.#stalled.isStalled) && !this.#options.signal.aborted) {
      const lineBytes = this.#stalled.ended(pending, !hasBegun || filter?.isLooking !== true);
      if (lineBytes !== undefined) {
        this.#isGapTold = true;
        yield { type: 'gap', from: this.#cursor?.time ?? null, to: null, lineBytes };
      }
    }
    if (failure !== undefined) throw failure;
  }

  async #position(which: Pick<LogRead, 'previous' | 'follow'>): Promise<Partial<LogRead>> {
    const beyond = which.follow
      ? await this.#stalled.position(this.#cursor, (count) => this.#firstOf(count))
      : undefined;
    if (beyond !== undefined) return beyond;
    if (this.#cursor !== undefined) return { sinceTime: sinceTimeFor(this.#cursor.time) };
    const { sinceSeconds, tailLines } = this.#options.start;
    return {
      ...(sinceSeconds !== undefined && { sinceSeconds }),
      ...(tailLines !== undefined && { tailLines }),
    };
  }

  /** The timestamp of the first of so many last lines. */
  async #firstOf(tailLines: number): Promise<string | undefined> {
    let head = '';
    const onPending = (line: PendingLine | undefined) => {
      head ||= line?.head ?? '';
      return true;
    };
    const options = { previous: false, follow: false, tailLines, limitBytes: 1024, onPending };
    for await (const text of this.#source.read(options, this.#options.signal)) {
      head = text;
      break;
    }
    return /^\S+/.exec(head)?.[0];
  }

  *#deliver({ batches, missed }: Resumed): Generator<LogEvent> {
    const [first] = batches;
    if (first === undefined) return;
    if (missed && !this.#isGapTold) {
      const to = first.text.slice(0, first.text.indexOf(' '));
      yield { type: 'gap', from: this.#cursor?.time ?? null, to };
    }
    this.#isGapTold = false;
    this.#waitingFor = '';
    this.#stalled.advanced();
    this.#backoff.reset();
    this.#refusals = 0;
    for (const batch of batches) {
      this.#cursor = batch.end;
      yield { type: 'lines', batch };
    }
  }
}

/** The pod of that name is not the one the cursor was made in. */
class Gap {
  readonly event: LogEvent;

  constructor(from: string | null, uid: string) {
    this.event = { type: 'gap', from, to: null, uid };
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
