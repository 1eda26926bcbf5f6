import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { startFakeApiserver } from '../testing/fake-apiserver.ts';
import { ContainerLog } from './container-log.ts';
import { linesOf } from './log-batch.ts';
import { LogReader, type LogEvent } from './log-reader.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const pod = {
  metadata: { uid: 'uid', name: 'web' },
  spec: { containers: [{ name: 'app' }] },
  status: { containerStatuses: [{ name: 'app', restartCount: 0, state: { running: {} } }] },
};

/** Reads the log of a container whose cluster answers so. */
async function reading(answer: (query: URLSearchParams, response: ServerResponse) => void) {
  const server = await startFakeApiserver({
    handle: (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      if (pathname.endsWith('/log')) return answer(searchParams, response);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(pod));
    },
  });
  const connection = server.connect();
  const stop = new AbortController();
  const source = new ContainerLog(
    { namespace: 'demo', pod: 'web', container: 'app' },
    { connection: () => connection },
  );
  const reader = new LogReader(source, { start: { previous: false, follow: true }, signal: stop.signal });
  const events: LogEvent[] = [];
  const over = (async () => {
    for await (const event of reader.events()) events.push(event);
  })();
  cleanups.push(async () => {
    stop.abort();
    await over;
    await connection.close();
    await server.close();
  });
  const texts = () =>
    events.flatMap((event) => {
      if (event.type === 'waiting') return [];
      if (event.type === 'gap') return [event.lineBytes === undefined ? 'gap' : 'given up'];
      const { text } = event.batch;
      return Array.from(linesOf(event.batch), ({ start, end, time }) =>
        text.slice(start + time.length + 1, end - 1),
      );
    });
  const logReads = () => server.requests.filter((request) => request.includes('/log?'));
  return { events, texts, logReads };
}

const count = 1500;
const expected = Array.from({ length: count }, (_, index) => `line ${index + 1}`);
/** All within one second, which is all that `sinceTime` can tell. */
const lines = expected.map((text, index) => {
  const nanoseconds = String(index * 1000).padStart(9, '0');
  return { time: `2026-11-21T03:08:11.${nanoseconds}Z`, text };
});

test.each([
  ['some hundred lines', 9000],
  ['some lines', 400],
])(
  'a log whose connections carry %s and are cut in a line goes on where it was',
  async (_what, carried) => {
    const few = carried < 1000 ? lines.slice(0, 60) : lines;
    const { texts, logReads } = await reading((query, response) => {
      const since = query.get('sinceTime') ?? '';
      const tail = few.slice(-Number(query.get('tailLines') ?? few.length) || few.length);
      const text = tail
        .map((line) => (line.time.slice(0, 19) < since.slice(0, 19) ? '' : `${line.time} ${line.text}\n`))
        .join('');
      if (query.has('limitBytes')) return response.end(text.slice(0, Number(query.get('limitBytes'))));
      response.write(text.slice(0, carried));
      // what fits is followed on, what does not is cut
      if (text.length > carried) setTimeout(() => response.destroy(), 20);
    });
    await expect.poll(() => texts().length, { timeout: 60_000 }).toBe(few.length);
    expect(texts()).toEqual(expected.slice(0, few.length));
    const reads = logReads().filter((request) => !request.includes('limitBytes')).length;
    expect(reads).toBeLessThan(3 * Math.ceil((few.length * 40) / carried) + 10);
  },
  90_000,
);

const size = 24 * 1024 * 1024;

async function sendEndless(response: ServerResponse): Promise<number> {
  let sent = 0;
  response.setMaxListeners(0);
  const piece = 'x'.repeat(1024 * 1024);
  response.write('2026-11-21T03:08:12Z ');
  while (sent < size && !response.destroyed) {
    sent += piece.length;
    if (!response.write(piece)) {
      await Promise.race([
        new Promise((resolve) => response.once('drain', resolve)),
        new Promise((resolve) => response.once('close', resolve)),
      ]);
    }
  }
  return sent;
}

test.each(['ended', 'cut'])(
  'a line without end that is %s is read once, said, and jumped over',
  async (how) => {
    const { texts, events } = await reading(async (query, response) => {
      if (query.get('tailLines') === '0') return void response.write('2026-11-21T03:08:40Z next\n');
      if (query.has('sinceTime')) return void response.end();
      response.write('2026-11-21T03:08:11Z first\n');
      await sendEndless(response);
      if (how === 'ended') response.end();
      else setTimeout(() => response.destroy(), 100);
    });
    await expect.poll(() => texts().at(-1)).toBe('next');
    expect(texts().filter((text) => !text.startsWith('x'))).toEqual(['first', 'given up', 'next']);
    const gap = events.find((event) => event.type === 'gap');
    expect(gap).toMatchObject({ from: expect.stringContaining('2026'), to: null });
    expect(gap?.type === 'gap' && gap.lineBytes).toBeGreaterThanOrEqual(size);
  },
);

test('a server that knows nothing but the line without end does not have to send it again and again', async () => {
  const sent: number[] = [];
  const { texts, logReads } = await reading(async (_query, response) => {
    const index = sent.push(0) - 1;
    sent[index] = await sendEndless(response);
    response.end();
  });
  await expect.poll(() => logReads().length).toBeGreaterThan(3);
  await sleep(200);
  expect(texts().filter((text) => !text.startsWith('x'))).toEqual(['given up']);
  const [first, ...others] = sent;
  expect(first).toBe(size);
  for (const bytes of others) expect(bytes).toBeLessThan(size / 3);
});
