import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PodForLog } from './container-state.ts';
import type { LogCursor } from './log-cursor.ts';
import { LogReader, type LogEvent } from './log-reader.ts';
import type { LogRead, LogSource } from './log-source.ts';
import { LogHub, viewLog } from './shared-log.ts';

const cut = new Error('connection lost');

/**
 * A container whose log lives in memory: what a kubelet does on demand, which a real one does not (cuts after so many
 * lines, rotation between two lines).
 */
class MemoryContainer implements LogSource {
  container = 'web';
  reads: LogRead[] = [];
  #runs: [string, string][][] = [[]];
  #running = true;
  #over = false;
  #changed: (() => void)[] = [];
  #ns = 1_700_000_000_000_000_000n;
  #lines = 0;
  /** Lines a follow delivers before its connection is cut; one number per follow. */
  cuts: number[] = [];

  write(count = 1, stepNs = 1000n): void {
    for (let i = 0; i < count; i++) {
      this.#ns += stepNs;
      const seconds = new Date(Number(this.#ns / 1_000_000n)).toISOString().slice(0, 19);
      const time = `${seconds}.${String(this.#ns % 1_000_000_000n).padStart(9, '0')}Z`;
      this.#runs.at(-1)!.push([time, `line ${++this.#lines}`]);
    }
    this.#wake();
  }

  restart(): void {
    this.#runs.push([]);
    this.#wake();
  }

  /** Everything written so far is in a file that the kubelet no longer serves. */
  rotate(): void {
    this.#runs[this.#runs.length - 1] = [];
  }

  finish(): void {
    this.#running = false;
    this.#over = true;
    this.#wake();
  }

  async pod(): Promise<PodForLog> {
    const state = this.#running ? { running: {} } : { terminated: { exitCode: 0 } };
    return {
      metadata: { uid: 'uid', name: 'web-0' },
      spec: { restartPolicy: this.#over ? 'Never' : 'Always', containers: [{ name: 'web' }] },
      status: { containerStatuses: [{ name: 'web', restartCount: this.#runs.length - 1, state }] },
    };
  }

  async *read(options: LogRead, signal: AbortSignal): AsyncGenerator<[string, string][]> {
    this.reads.push(options);
    const run = this.#runs.at(options.previous ? -2 : -1) ?? [];
    const since = options.sinceTime ?? '';
    const from = options.tailLines === undefined ? 0 : Math.max(0, run.length - options.tailLines);
    let left = options.follow ? (this.cuts.shift() ?? Infinity) : Infinity;
    for (let next = from; ; next++) {
      while (next >= run.length) {
        if (!options.follow || !this.#running || run !== this.#runs.at(-1) || signal.aborted) return;
        await new Promise<void>((resolve) => {
          this.#changed.push(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      const line = run[next]!;
      if (line[0] < since) continue;
      if (left-- <= 0) throw cut;
      yield [line];
    }
  }

  classify(error: unknown) {
    return { kind: error === cut ? ('passing' as const) : ('final' as const), message: 'connection lost' };
  }

  #wake(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}

const follow = { previous: false, follow: true };
const signal = () => new AbortController().signal;

async function textsOf(events: AsyncIterable<LogEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of events) {
    texts.push(...(event.type === 'lines' ? event.lines.map((line) => line.text) : [event.type]));
  }
  return texts;
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

test('a connection cut again and again loses and repeats nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 4 }),
      fc.array(fc.constantFrom(0n, 1n, 400_000_000n), { minLength: 1, maxLength: 20 }),
      async (cuts, steps) => {
        const container = new MemoryContainer();
        container.cuts = cuts;
        for (const step of steps) container.write(1, step);
        setTimeout(() => container.finish(), 5);
        const texts = await textsOf(new LogReader(container, follow, signal()).events());
        expect(texts.filter((text) => text !== 'waiting')).toEqual(numbered(1, steps.length));
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test('goes on behind a cursor that another replica made', async () => {
  const container = new MemoryContainer();
  container.write(10);
  container.finish();
  const first = new LogReader(container, { ...follow, tailLines: 4 }, signal());
  expect(await textsOf(first.events())).toEqual(numbered(7, 10));
  const cursor: LogCursor = { ...first.cursor!, time: first.cursor!.time };
  container.write(3);
  expect(await textsOf(new LogReader(container, follow, signal(), cursor).events())).toEqual(
    numbered(11, 13),
  );
});

test('reads the rest of the instance before, then the new one', async () => {
  const container = new MemoryContainer();
  container.write(3);
  const stop = new AbortController();
  const reader = new LogReader(container, { ...follow, follow: false }, stop.signal);
  expect(await textsOf(reader.events())).toEqual(numbered(1, 3));
  container.write(2);
  container.restart();
  container.write(2);
  container.finish();
  const texts = await textsOf(new LogReader(container, follow, signal(), reader.cursor).events());
  expect(texts).toEqual(numbered(4, 7));
  expect(container.reads.some((read) => read.previous)).toBe(true);
});

test('rotated away: a gap, then everything that is left', async () => {
  const container = new MemoryContainer();
  container.write(3);
  const reader = new LogReader(container, { ...follow, follow: false }, signal());
  await textsOf(reader.events());
  container.write(5);
  container.rotate();
  container.write(2, 5_000_000_000n);
  container.finish();
  const texts = await textsOf(new LogReader(container, follow, signal(), reader.cursor).events());
  expect(texts).toEqual(['gap', ...numbered(9, 10)]);
});

test('a pod of the same name is another pod: a gap, then its log', async () => {
  const container = new MemoryContainer();
  container.write(2);
  container.finish();
  const cursor = { uid: 'old', container: 'web', restarts: 0, time: '2026-11-21T03:00:00Z', nth: 1 };
  const texts = await textsOf(new LogReader(container, follow, signal(), cursor).events());
  expect(texts).toEqual(['gap', ...numbered(1, 2)]);
});

test('viewers share one upstream and each sees every line once', async () => {
  const container = new MemoryContainer();
  const hub = new LogHub();
  container.write(50);
  const views: Promise<string[]>[] = [];
  for (const tailLines of [0, 5, 1000]) {
    views.push(textsOf(viewLog(hub, 'key', container, { ...follow, tailLines }, signal())));
    await new Promise((resolve) => setTimeout(resolve, 10));
    container.write(10);
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(container.reads.filter((read) => read.follow)).toHaveLength(1);
  container.write(5);
  await new Promise((resolve) => setTimeout(resolve, 20));
  container.finish();
  const [none, five, all] = await Promise.all(views);
  expect(none).toEqual(numbered(51, 85));
  expect(five).toEqual(numbered(56, 85));
  expect(all).toEqual(numbered(1, 85));
  expect(hub.size).toBe(0);
});

test('a viewer that falls behind the ring misses nothing', async () => {
  const container = new MemoryContainer();
  const hub = new LogHub();
  const fast = textsOf(viewLog(hub, 'key', container, follow, signal()));
  const slow: string[] = [];
  const slowly = (async () => {
    for await (const event of viewLog(hub, 'key', container, follow, signal())) {
      if (event.type !== 'lines') continue;
      slow.push(...event.lines.map((line) => line.text));
      if (slow.length < 2000) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 10));
  for (let i = 0; i < 15; i++) {
    container.write(1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  container.finish();
  await slowly;
  expect(slow).toEqual(numbered(1, 15_000));
  expect(await fast).toEqual(numbered(1, 15_000));
});

test('nobody views any more: the upstream closes', async () => {
  const container = new MemoryContainer();
  const hub = new LogHub();
  const stop = new AbortController();
  const view = textsOf(viewLog(hub, 'key', container, follow, stop.signal));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(hub.size).toBe(1);
  stop.abort();
  await view;
  expect(hub.size).toBe(0);
});
