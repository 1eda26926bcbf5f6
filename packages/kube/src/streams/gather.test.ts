import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { gather } from './gather.ts';

const options = { lingerMs: 400, batchBytes: 1000 };

test('the first piece after a pause comes at once, the next ones together', async () => {
  const body = new PassThrough();
  const pieces = gather(body, options);
  body.write('a\n');
  const startedAt = performance.now();
  expect(String((await pieces.next()).value)).toBe('a\n');
  expect(performance.now() - startedAt).toBeLessThan(350);
  body.write('b\n');
  setTimeout(() => body.write('c\n'), 30);
  expect(String((await pieces.next()).value)).toBe('b\nc\n');
  expect(performance.now() - startedAt).toBeGreaterThan(390);
  body.end('d\n');
  expect(String((await pieces.next()).value)).toBe('d\n');
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
  const body = new PassThrough({ highWaterMark: 10_000 });
  const pieces = gather(body, { lingerMs: 5000, batchBytes: 1000 });
  body.write(Buffer.alloc(1500, '\n'));
  expect((await pieces.next()).value).toHaveLength(1500);
  const startedAt = performance.now();
  body.write('end');
  expect(String((await pieces.next()).value)).toBe('end');
  expect(performance.now() - startedAt).toBeGreaterThan(490);
  expect(performance.now() - startedAt).toBeLessThan(4000);
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
