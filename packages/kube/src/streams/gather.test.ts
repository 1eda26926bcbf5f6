import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { gather } from './gather.ts';

const options = { lingerMs: 400, batchBytes: 1000 };

/** A clock of the test's own, which `gather` sleeps and reads by. */
function stopTheClock() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
}
afterEach(() => void vi.useRealTimers());

/** The next piece, and after how many milliseconds of that clock it came. */
async function nextOf(pieces: AsyncGenerator<Buffer, void>) {
  const next = pieces.next();
  let came = false;
  void next.then(() => (came = true));
  for (let ms = 0; ; ms += 10) {
    // what was written has gone through the stream
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    if (came) return { text: String((await next).value), ms };
    await vi.advanceTimersByTimeAsync(10);
  }
}

test('the first piece after a pause comes at once, the next ones together', async () => {
  stopTheClock();
  const body = new PassThrough();
  const pieces = gather(body, options);
  body.write('a\n');
  expect(await nextOf(pieces)).toEqual({ text: 'a\n', ms: 0 });
  body.write('b\n');
  setTimeout(() => body.write('c\n'), 30);
  expect(await nextOf(pieces)).toEqual({ text: 'b\nc\n', ms: 400 });
  body.end('d\n');
  expect(await nextOf(pieces)).toEqual({ text: 'd\n', ms: 0 });
  expect((await pieces.next()).done).toBe(true);
});

test('the rest of a line comes at once', async () => {
  const body = new PassThrough();
  const pieces = gather(body, { lingerMs: 60_000, batchBytes: 1000 });
  body.write('the beg');
  expect(String((await pieces.next()).value)).toBe('the beg');
  setTimeout(() => body.write('inning\n'), 30);
  expect(String((await pieces.next()).value)).toBe('inning\n');
  await pieces.return();
});

test('the end of a burst waits a tenth of the time', async () => {
  stopTheClock();
  const body = new PassThrough({ highWaterMark: 10_000 });
  const pieces = gather(body, { lingerMs: 5000, batchBytes: 1000 });
  const burst = Buffer.alloc(1500, '\n');
  body.write(burst);
  expect(await nextOf(pieces)).toEqual({ text: String(burst), ms: 0 });
  body.write('end');
  expect(await nextOf(pieces)).toEqual({ text: 'end', ms: 500 });
  await pieces.return();
});

test('enough bytes are handed on without lingering, and nobody pulling holds the stream back', async () => {
  const body = new PassThrough({ highWaterMark: 100 });
  const pieces = gather(body, { lingerMs: 60_000, batchBytes: 1000 });
  let written = 0;
  const writing = setInterval(() => {
    if (body.write(Buffer.alloc(100, '\n'))) written += 100;
  }, 1);
  for (let count = 0; count < 3; count++) {
    expect((await pieces.next()).value?.length).toBeGreaterThanOrEqual(count === 0 ? 1 : 1000);
  }
  await sleep(200);
  const before = written;
  await sleep(100);
  expect(written).toBe(before);
  clearInterval(writing);
  await pieces.return();
  expect(body.destroyed).toBe(true);
});

test.each([
  ['fails', new Error('broken')],
  ['is cut off', undefined],
])('a stream that %s gives what came, then throws', async (_how, error) => {
  const body = new PassThrough();
  const pieces = gather(body, options);
  body.write('a');
  expect(String((await pieces.next()).value)).toBe('a');
  body.destroy(error);
  await expect(pieces.next()).rejects.toThrow(error?.message ?? 'cut off');
});
