import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Recorder, type ChunkSink } from './recorder.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

function recorder(options: { sink?: ChunkSink; maxBytes?: number } = {}) {
  const chunks: Buffer[] = [];
  const failures: unknown[] = [];
  const made = new Recorder({
    sink: { append: async (pieces) => pieces.forEach(({ seq, data }) => (chunks[seq] = data)) },
    columns: 80,
    rows: 24,
    title: 'pod',
    maxBytes: 1e9,
    onFailure: (reason) => failures.push(reason),
    ...options,
  });
  /** The file a user downloads: the stored members one after another. */
  const lines = () => {
    const text = gunzipSync(Buffer.concat(chunks)).toString();
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };
  return { recorder: made, chunks, failures, lines };
}

test('replays exactly: bytes split inside characters, times and sizes', async () => {
  const { recorder: made, lines } = recorder();
  const text = 'héllo \u{1F600} \u001b[31mred\r\n';
  for (const byte of Buffer.from(text)) await made.write(Buffer.from([byte]));
  vi.setSystemTime(Date.now() + 1500);
  made.resize(100, 30);
  await made.write(Buffer.from('$ '));
  expect(await made.close()).toBe(true);
  const [header, ...events] = lines() as [object, ...[number, string, string][]];
  expect(header).toMatchObject({ version: 2, width: 80, height: 24 });
  const output = events.filter(([, code]) => code === 'o').map(([, , data]) => data);
  expect(output.join('')).toBe(`${text}$ `);
  expect(events.at(-2)).toEqual([1.5, 'r', '100x30']);
});

test('stores after two seconds without being asked', async () => {
  const { recorder: made, chunks, lines } = recorder();
  await made.write(Buffer.from('x'));
  await vi.advanceTimersByTimeAsync(1900);
  expect(chunks).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(200);
  await vi.waitFor(() => expect(chunks).toHaveLength(1));
  expect(lines()).toHaveLength(2);
});

test('no chunk holds more than 64 KiB of text', async () => {
  const { recorder: made, chunks } = recorder();
  for (let i = 0; i < 40; i++) await made.write(Buffer.alloc(8 * 1024, 97 + (i % 26)));
  await made.close();
  expect(chunks.length).toBeGreaterThan(4);
  for (const chunk of chunks) expect(gunzipSync(chunk).length).toBeLessThanOrEqual(64 * 1024);
});

test('a sink that fails ends the recording once, and says so', async () => {
  const { recorder: made, failures } = recorder({
    sink: { append: () => Promise.reject(new Error('disk full')) },
  });
  await made.write(Buffer.from('x'));
  expect(await made.close()).toBe(false);
  expect(failures).toEqual(['recordingFailed']);
});

test('a recording that is full ends', async () => {
  const { recorder: made, failures } = recorder({ maxBytes: 10 });
  expect(await made.close()).toBe(false);
  expect(failures).toEqual(['recordingFull']);
});

test('a slow sink makes the writer wait', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const { recorder: made } = recorder({ sink: { append: () => gate } });
  let written = 0;
  const writing = (async () => {
    for (let i = 0; i < 100; i++) {
      await made.write(Buffer.alloc(60 * 1024, 97));
      written += 60 * 1024;
    }
  })();
  await vi.advanceTimersByTimeAsync(100);
  expect(written).toBeLessThan(2 * 1024 * 1024);
  release();
  await writing;
});
