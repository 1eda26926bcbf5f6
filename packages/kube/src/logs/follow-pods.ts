import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from '../transport/kube-error.ts';
import { ContainerLog, type LogAccess } from './container-log.ts';
import { containerForLog, defaultContainer, type PodForLog } from './container-state.ts';
import { LineMerger, mergeWindowMs, type MergedLines } from './line-merger.ts';
import { beginningOfTime, type LogCursor } from './log-cursor.ts';
import type { LogHub } from './log-hub.ts';
import { NoSuchContainer } from './log-reader.ts';
import { admittedOnly } from './admitted-only.ts';
import { watchSelection, type PodSelector, type SelectionListener } from './pod-selection.ts';
import { viewLog } from './view-log.ts';

/** Sources are numbered from 0 in the order they join. */
export type PodsLogEvent =
  /** A container's log joins; nothing of it before `cursor` will come. */
  | { type: 'source'; source: number; cursor: LogCursor }
  | ({ type: 'lines' } & MergedLines)
  | { type: 'gap'; source: number; from: string | null; to: string | null; lineBytes?: number }
  /** No pod is selected at the moment. */
  | { type: 'empty' }
  /** Nothing to show of a source, or of the whole selection (null), at the moment, and why. */
  | { type: 'waiting'; source: number | null; message: string }
  /** The pod is gone, and everything it wrote has come. */
  | { type: 'left'; source: number }
  /** So many pods of the selection are not followed: there are too many. */
  | { type: 'omitted'; pods: number };

/** Which pods are followed, and from where. */
export interface FollowPodsOptions {
  namespace: string;
  selector: PodSelector;
  /** Absent: of each pod kubectl's default container. Pods that have none of this name are left alone. */
  container?: string | undefined;
  /** Where each log begins that is there at the beginning; those that join later are read whole. */
  start: { tailLines?: number; sinceSeconds?: number };
  /** Places an earlier stream of this selection came to: these logs go on there, new ones are read whole. */
  cursors: readonly LogCursor[];
  hub: LogHub;
  /** Names cluster, pod UID and container for `hub`. */
  keyOf: (pod: { uid: string; name: string; container: string }) => string;
  access: LogAccess;
  /** Whether a selected pod is one to follow: labels can be copied. Absent: each is. Asked again where it rejects. */
  admits?: ((pod: { name: string; uid: string }) => Promise<boolean>) | undefined;
  /** Lines that may be handed out by now. */
  room: () => number;
  signal: AbortSignal;
}

/** Logs followed at a time. */
export const mostSources = 100;
/**
 * Nothing is handed out until all logs of the beginning have said something. Those that have not when none has begun
 * for so long are silent; longer than the other nobody waits.
 */
const gatheringMs = { silence: 2000, most: 15_000 };
const tickMs = 100;
const mostLinesAtOnce = 2000;

interface Source {
  number: number;
  uid: string;
  begun: boolean;
  over: boolean;
}

/**
 * Follows the logs of a selection of pods, merged by time: pods that come join, pods that go leave. Every line once;
 * what is surely or possibly lost is a `gap`. Ends when named pods have all ended; a label selector is followed until
 * `signal`. Throws what trying again won't mend.
 */
export async function* followPods(options: FollowPodsOptions): AsyncGenerator<PodsLogEvent, void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const follower = new PodsFollower(options, signal);
  try {
    yield* follower.events();
  } finally {
    stop.abort();
  }
}

class PodsFollower {
  readonly #options: FollowPodsOptions;
  readonly #signal: AbortSignal;
  readonly #merger = new LineMerger();
  readonly #sources = new Map<string, Source>();
  /** Pods that are gone although the selection does not know yet. */
  readonly #gone = new Set<string>();
  readonly #omitted = new Map<string, PodForLog>();
  readonly #cursors: Map<string, LogCursor>;
  #said: PodsLogEvent[] = [];
  #numbers = 0;
  #toldOmitted = 0;
  #complete = false;
  /** When the last log said something for the first time. */
  #begunAt = -Infinity;
  #failure: unknown;
  #wake: (() => void) | undefined;
  #onTaken: (() => void)[] = [];

  constructor(options: FollowPodsOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#cursors = new Map(options.cursors.map((cursor) => [this.#nameOf(cursor), cursor]));
  }

  async *events(): AsyncGenerator<PodsLogEvent, void> {
    const { namespace, selector, access, room } = this.#options;
    this.#signal.addEventListener('abort', () => this.#changed(), { once: true });
    const connect = () => access.connection();
    void watchSelection(connect, namespace, selector, this.#admitting(), this.#signal).catch(
      (error: unknown) => {
        this.#failure ??= error;
        this.#changed();
      },
    );
    await this.#gather();
    let linesAt = -Infinity;
    while (!this.#signal.aborted) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#tellOmitted();
      const said = this.#said.shift();
      if (said !== undefined) {
        yield said;
        continue;
      }
      const now = performance.now();
      const isDue =
        now - linesAt >= tickMs || [...this.#sources.values()].some((one) => this.#merger.isFull(one.number));
      const most = Math.min(room(), mostLinesAtOnce);
      const lines = isDue && most > 0 ? this.#merger.take(now, most) : undefined;
      if (lines !== undefined) {
        linesAt = now;
        for (const resolve of this.#onTaken.splice(0)) resolve();
        yield { type: 'lines', ...lines };
        continue;
      }
      if (this.#isOver()) return;
      await this.#change(this.#merger.isEmpty() ? undefined : tickMs / 2);
    }
  }

  /** What is selected now, and the first lines of each, are fetched. */
  async #gather(): Promise<void> {
    const startedAt = performance.now();
    const hasBegun = () => this.#complete && [...this.#sources.values()].every(({ begun }) => begun);
    while (!hasBegun() && !this.#signal.aborted && this.#failure === undefined) {
      // also when the selection cannot be read: why is said
      const until = Math.min(
        Math.max(startedAt, this.#begunAt) + gatheringMs.silence,
        startedAt + gatheringMs.most,
      );
      const left = until - performance.now();
      if (left <= 0 && (this.#complete || this.#said.length > 0)) break;
      await this.#change(left > 0 ? left : undefined);
    }
    if (this.#sources.size > 0)
      await sleep(mergeWindowMs / 2, undefined, { signal: this.#signal }).catch(() => {});
  }

  #admitting(): SelectionListener {
    const { admits } = this.#options;
    return admits === undefined ? this.#listener() : admittedOnly(this.#listener(), admits, this.#signal);
  }

  #listener(): SelectionListener {
    return {
      selected: (pod) => this.#selected(pod),
      deselected: (uid) => {
        this.#gone.delete(uid);
        this.#omitted.delete(uid);
        const source = this.#sources.get(uid);
        if (source?.over) this.#leave(source);
        this.#changed();
      },
      complete: () => {
        if (!this.#complete) this.#tellVanished();
        this.#complete = true;
        this.#admitOmitted();
        if (this.#sources.size === 0) this.#say({ type: 'empty' });
        this.#changed();
      },
      failed: (error) => {
        const isRefused =
          [400, 401, 403].some((status) => error.is(status)) || error.reason === 'invalidName';
        // an apiserver that has just started refuses everybody for a moment
        if (isRefused && !this.#complete) this.#failure = error;
        else if (isRefused || !this.#complete)
          this.#say({ type: 'waiting', source: null, message: error.message });
        this.#changed();
      },
    };
  }

  #selected(pod: PodForLog): void {
    const { uid } = pod.metadata;
    if (this.#sources.has(uid) || this.#gone.has(uid)) return;
    const container = this.#options.container ?? defaultContainer(pod);
    const state = containerForLog(pod, container);
    if (state === undefined) return;
    const place = { uid, pod: pod.metadata.name, container, restarts: state.restarts };
    const known = this.#cursors.get(this.#nameOf(place));
    const isBeginning = !this.#complete;
    const isResumed = this.#options.cursors.length > 0;
    // what an earlier stream followed comes first
    const waits = isBeginning && isResumed && known === undefined;
    if (waits || this.#sources.size >= mostSources) return void this.#omitted.set(uid, pod);
    this.#omitted.delete(uid);
    this.#cursors.delete(this.#nameOf(place));
    const source = { number: this.#numbers++, uid, begun: false, over: false };
    this.#sources.set(uid, source);
    this.#merger.join(source.number);
    const isFirst = isBeginning && !isResumed;
    const cursor = known ?? { ...place, nth: 0, time: isFirst ? this.#startTime() : beginningOfTime };
    this.#say({ type: 'source', source: source.number, cursor });
    void this.#follow(source, cursor, isFirst);
  }

  /** From when on a log is wanted, should nothing of it come before the stream is resumed. */
  #startTime(): string {
    const { sinceSeconds, tailLines } = this.#options.start;
    if (sinceSeconds === undefined && tailLines !== 0) return beginningOfTime;
    return new Date(Date.now() - (sinceSeconds ?? 0) * 1000).toISOString();
  }

  async #follow(source: Source, cursor: LogCursor, isFirst: boolean): Promise<void> {
    const { namespace, access, hub, keyOf, start, admits } = this.#options;
    const { pod, container } = cursor;
    const uid = admits && source.uid;
    const log = new ContainerLog({ namespace, pod, container, uid }, { priority: 'background', ...access });
    const { number } = source;
    let isGone = false;
    try {
      const view = viewLog(log, {
        hub,
        key: keyOf({ uid: source.uid, name: pod, container }),
        start: { ...start, previous: false, follow: true },
        signal: this.#signal,
        cursor: isFirst ? undefined : cursor,
      });
      for await (const event of view) {
        if (event.type === 'lines') {
          this.#merger.push(source.number, event.batch, performance.now());
          this.#begun(source);
          while (this.#merger.isFull(source.number)) await this.#taken();
          continue;
        }
        await this.#emptied(source);
        if (event.type === 'waiting') this.#say({ ...event, source: number });
        else if (event.uid !== undefined && 'labelSelector' in this.#options.selector) isGone = true;
        else this.#say({ ...event, source: number });
        this.#begun(source);
        if (isGone) break;
      }
    } catch (error) {
      isGone = error instanceof NoSuchContainer || (error instanceof KubeError && error.is(404));
      if (!isGone && !this.#signal.aborted) this.#failure ??= error;
    }
    await this.#emptied(source);
    this.#merger.leave(number);
    source.over = true;
    this.#begun(source);
    if (isGone) {
      this.#gone.add(source.uid);
      this.#leave(source);
    }
  }

  #begun(source: Source): void {
    if (!source.begun) this.#begunAt = performance.now();
    source.begun = true;
    this.#changed();
  }

  #leave(source: Source): void {
    if (!this.#sources.delete(source.uid)) return;
    this.#say({ type: 'left', source: source.number });
    this.#admitOmitted();
  }

  #admitOmitted(): void {
    for (const pod of [...this.#omitted.values()].slice(0, mostSources - this.#sources.size))
      this.#selected(pod);
  }

  /** Logs that an earlier stream followed and whose pods are gone now. */
  #tellVanished(): void {
    for (const cursor of this.#cursors.values()) {
      const source = this.#numbers++;
      this.#say({ type: 'source', source, cursor });
      this.#say({ type: 'gap', source, from: cursor.nth === 0 ? null : cursor.time, to: null });
      this.#say({ type: 'left', source });
    }
    this.#cursors.clear();
  }

  #tellOmitted(): void {
    const pods = this.#omitted.size;
    if (pods === this.#toldOmitted) return;
    this.#toldOmitted = pods;
    this.#say({ type: 'omitted', pods });
  }

  /** By UID, or, where pods were named, by name: another pod may have it now. */
  #nameOf({ uid, pod, container }: Pick<LogCursor, 'uid' | 'pod' | 'container'>): string {
    return `${'pods' in this.#options.selector ? pod : uid}/${container}`;
  }

  #isOver(): boolean {
    const isFinite = 'pods' in this.#options.selector && this.#complete;
    return isFinite && this.#said.length === 0 && [...this.#sources.values()].every(({ over }) => over);
  }

  #say(event: PodsLogEvent): void {
    this.#said.push(event);
    this.#changed();
  }

  async #emptied({ number }: Source): Promise<void> {
    while (!this.#merger.isEmpty(number) && !this.#signal.aborted) await this.#taken();
  }

  #taken(): Promise<void> {
    return new Promise((resolve) => this.#onTaken.push(resolve));
  }

  #changed(): void {
    this.#wake?.();
    if (this.#signal.aborted) for (const resolve of this.#onTaken.splice(0)) resolve();
  }

  /** Resolves when something has changed, or after so many milliseconds. */
  async #change(timeoutMs: number | undefined): Promise<void> {
    if (this.#signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
