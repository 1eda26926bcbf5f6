import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KubeError } from '../transport/kube-error.ts';
import type { PodForLog } from './container-state.ts';
import { linesOf } from './log-batch.ts';
import type { LogCursor } from './log-cursor.ts';
import { LogHub } from './log-hub.ts';
import { LogReader, type LogEvent } from './log-reader.ts';
import type { LogRead, LogSource, LogStart } from './log-source.ts';
import { viewLog } from './view-log.ts';

const cut = new KubeError('unreachable', 'connection lost');

/**
 * A container whose log lives in memory: what a kubelet does on demand, which a real one does not (cuts after so many
 * lines, rotation between two lines).
 */
class MemoryContainer implements LogSource {
  pod = 'web-0';
  container = 'web';
  reads: LogRead[] = [];
  #runs: [string, string][][] = [[]];
  #running = true;
  #over = false;
  #changed: (() => void)[] = [];
  #ns = BigInt(Date.now()) * 1_000_000n;
  /** Reads under way. */
  open = 0;
  #lines = 0;
  /** What the next reads meet: an error, or words of the kubelet instead of a log. */
  troubles: (KubeError | string)[] = [];
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

  async look(): Promise<PodForLog> {
    const state = this.#running ? { running: {} } : { terminated: { exitCode: 0 } };
    return {
      metadata: { uid: 'uid', name: 'web-0' },
      spec: { restartPolicy: this.#over ? 'Never' : 'Always', containers: [{ name: 'web' }] },
      status: { containerStatuses: [{ name: 'web', restartCount: this.#runs.length - 1, state }] },
    };
  }

  async *read(options: LogRead, signal: AbortSignal): AsyncGenerator<string> {
    this.reads.push(options);
    const trouble = this.troubles.shift();
    if (typeof trouble === 'string') return void (yield trouble);
    if (trouble !== undefined) throw trouble;
    const run = this.#runs.at(options.previous ? -2 : -1) ?? [];
    const since = options.sinceTime ?? '';
    let next = options.tailLines === undefined ? 0 : Math.max(0, run.length - options.tailLines);
    let left = options.follow ? (this.cuts.shift() ?? Infinity) : Infinity;
    const isLive = () => options.follow && this.#running && run === this.#runs.at(-1) && !signal.aborted;
    this.open += 1;
    try {
      for (;;) {
        const lines = run.slice(next, next + Math.min(500, left));
        next += lines.length;
        left -= lines.length;
        const text = lines.filter(([time]) => time >= since).map((line) => `${line.join(' ')}\n`);
        if (text.length > 0) yield text.join('');
        if (left === 0 && next < run.length) throw cut;
        if (next < run.length) continue;
        if (!isLive()) return;
        await new Promise<void>((resolve) => {
          this.#changed.push(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    } finally {
      this.open -= 1;
    }
  }

  #wake(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}

const follow = { previous: false, follow: true };
const signal = () => new AbortController().signal;

function textsIn({ batch }: LogEvent & { type: 'lines' }): string[] {
  const lines = [...linesOf(batch)];
  expect(lines).toHaveLength(batch.count);
  return lines.map(({ time, start, end }) => batch.text.slice(start + time.length + 1, end - 1));
}

function reader(source: LogSource, start: LogStart, cursor?: LogCursor): LogReader {
  return new LogReader(source, { start, signal: new AbortController().signal, cursor });
}

async function textsOf(events: AsyncIterable<LogEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of events) {
    texts.push(...(event.type === 'lines' ? textsIn(event) : [event.type]));
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
        const texts = await textsOf(reader(container, follow).events());
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
  const first = reader(container, { ...follow, tailLines: 4 });
  expect(await textsOf(first.events())).toEqual(numbered(7, 10));
  const cursor: LogCursor = { ...first.cursor!, time: first.cursor!.time };
  container.write(3);
  expect(await textsOf(reader(container, follow, cursor).events())).toEqual(numbered(11, 13));
});

test('reads the rest of the instance before, then the new one', async () => {
  const container = new MemoryContainer();
  container.write(3);
  const first = reader(container, { ...follow, follow: false });
  expect(await textsOf(first.events())).toEqual(numbered(1, 3));
  container.write(2);
  container.restart();
  container.write(2);
  container.finish();
  const texts = await textsOf(reader(container, follow, first.cursor).events());
  expect(texts).toEqual(numbered(4, 7));
  expect(container.reads.some((read) => read.previous)).toBe(true);
});

test('a previous run whose log the kubelet does not have at the moment is asked for again', async () => {
  const container = new MemoryContainer();
  container.write(2);
  container.restart();
  const missing = new KubeError('api', 'previous terminated container not found', { status: 400 });
  container.troubles = [missing, 'unable to retrieve container logs for containerd://1\n'];
  const previous = { previous: true, follow: false };
  expect(await textsOf(reader(container, previous).events())).toEqual([
    'waiting',
    'waiting',
    ...numbered(1, 2),
  ]);
  // where none has ever ended there is nothing to wait for
  const first = new MemoryContainer();
  first.troubles = [missing];
  expect(await textsOf(reader(first, previous).events())).toEqual(['waiting']);
});

test('refusals of a moment are passed over, one that stays ends the log', async () => {
  const refused = new KubeError('api', 'not now', { status: 403 });
  const container = new MemoryContainer();
  container.write(2);
  container.cuts = [1];
  container.troubles = ['', refused, refused];
  setTimeout(() => container.finish(), 1500);
  const texts = await textsOf(reader(container, follow).events());
  expect(texts.filter((text) => text !== 'waiting')).toEqual(numbered(1, 2));
  container.troubles = Array.from({ length: 9 }, () => refused);
  await expect(textsOf(reader(container, follow).events())).rejects.toMatchObject({ status: 403 });
  expect(container.troubles).toHaveLength(3);
}, 30_000);

test('rotated away: a gap, then everything that is left', async () => {
  const container = new MemoryContainer();
  container.write(3);
  const first = reader(container, { ...follow, follow: false });
  await textsOf(first.events());
  container.write(5);
  container.rotate();
  container.write(2, 5_000_000_000n);
  container.finish();
  const texts = await textsOf(reader(container, follow, first.cursor).events());
  expect(texts).toEqual(['gap', ...numbered(9, 10)]);
});

test('a pod of the same name is another pod: a gap, then its log', async () => {
  const container = new MemoryContainer();
  container.write(2);
  container.finish();
  const cursor = {
    uid: 'old',
    pod: 'web-0',
    container: 'web',
    restarts: 0,
    time: '2026-11-21T03:00:00Z',
    nth: 1,
  };
  const texts = await textsOf(reader(container, follow, cursor).events());
  expect(texts).toEqual(['gap', ...numbered(1, 2)]);
});

test('viewers share one upstream and each sees every line once', async () => {
  const container = new MemoryContainer();
  const hub = new LogHub();
  container.write(50);
  const views: Promise<string[]>[] = [];
  for (const tailLines of [0, 5, 1000]) {
    views.push(
      textsOf(viewLog(container, { hub, key: 'key', start: { ...follow, tailLines }, signal: signal() })),
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    container.write(10);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(container.open).toBe(1);
  // the ring had the five lines, the thousand were read from the container
  expect(container.reads.map(({ tailLines }) => tailLines)).toEqual([0, 1000]);
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
  const hub = new LogHub({ all: 1e6, most: 50_000, least: 50_000 });
  const fast = textsOf(viewLog(container, { hub, key: 'key', start: follow, signal: signal() }));
  const slow: string[] = [];
  const slowly = (async () => {
    for await (const event of viewLog(container, { hub, key: 'key', start: follow, signal: signal() })) {
      if (event.type !== 'lines') continue;
      slow.push(...textsIn(event));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 10));
  for (let i = 0; i < 15; i++) {
    container.write(1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(container.open, 'it reads for itself').toBe(2);
  container.finish();
  await slowly;
  expect(slow).toEqual(numbered(1, 15_000));
  expect(await fast).toEqual(numbered(1, 15_000));
});

test('the upstream of those who stay is read as one of them', async () => {
  const container = new MemoryContainer();
  const hub = new LogHub();
  const readers: string[] = [];
  const as = (who: string): LogSource => ({
    pod: 'web-0',
    container: 'web',
    look: () => container.look(),
    read: (options, life) => {
      readers.push(who);
      return container.read(options, life);
    },
  });
  const leaving = new AbortController();
  container.cuts = [15];
  container.write(5);
  const left = textsOf(viewLog(as('first'), { hub, key: 'key', start: follow, signal: leaving.signal }));
  await new Promise((resolve) => setTimeout(resolve, 10));
  const stays = textsOf(
    viewLog(as('second'), { hub, key: 'key', start: { ...follow, tailLines: 5 }, signal: signal() }),
  );
  await new Promise((resolve) => setTimeout(resolve, 10));
  leaving.abort();
  await left;
  // the fifteenth line is the last of the read that the first began
  container.write(15);
  await new Promise((resolve) => setTimeout(resolve, 600));
  container.finish();
  expect((await stays).filter((text) => text !== 'waiting')).toEqual(numbered(1, 20));
  expect([readers[0], new Set(readers.slice(1))]).toEqual(['first', new Set(['second'])]);
});

test('nobody views any more: the upstream closes', async () => {
  const container = new MemoryContainer();
  const hub = new LogHub();
  const stop = new AbortController();
  const view = textsOf(viewLog(container, { hub, key: 'key', start: follow, signal: stop.signal }));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(hub.size).toBe(1);
  stop.abort();
  await view;
  expect(hub.size).toBe(0);
});
