import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { ByteQueue } from './byte-queue.ts';

afterEach(() => void vi.useRealTimers());

function queue() {
  const calls: string[] = [];
  const made = new ByteQueue({ pause: () => calls.push('pause'), resume: () => calls.push('resume') });
  return { queue: made, calls };
}

test('everything comes out in order, also what was pushed before the end', async () => {
  const { queue: made } = queue();
  made.push(Buffer.from('a'));
  made.push(Buffer.from('b'));
  setTimeout(() => {
    made.push(Buffer.from('c'));
    made.end();
    made.push(Buffer.from('late'));
  }, 5);
  let text = '';
  for await (const bytes of made) text += Buffer.from(bytes).toString();
  expect(text).toBe('abc');
});

test('a taker that does not come pauses the source once', async () => {
  const { queue: made, calls } = queue();
  for (let i = 0; i < 10; i++) made.push(Buffer.alloc(64 * 1024));
  expect(calls).toEqual(['pause']);
  await made[Symbol.asyncIterator]().next();
  expect(calls).toEqual(['pause', 'resume']);
});

test('what is pushed in one turn of the loop comes out in one piece, though its taker waits', async () => {
  const { queue: made } = queue();
  const taken = made[Symbol.asyncIterator]().next();
  await Promise.resolve();
  made.push(Buffer.from('a'));
  // as after each frame of a socket
  await Promise.resolve();
  made.push(Buffer.from('b'));
  expect(String((await taken).value)).toBe('ab');
});

test.each([
  { after: 'a burst', bytes: 4096, pieces: 1 },
  { after: 'a few bytes', bytes: 10, pieces: 3 },
])('after $after, what comes in three turns of the loop comes out in $pieces', async ({ bytes, pieces }) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { queue: made } = queue();
  const taken: number[] = [];
  const taking = (async () => {
    for await (const piece of made) taken.push(piece.length);
  })();
  for (const length of [bytes, 7, 7, 7]) {
    made.push(Buffer.alloc(length));
    // pushed, waited for, taken
    for (let turn = 0; turn < 3; turn += 1) await turnOfTheLoop();
  }
  await vi.runAllTimersAsync();
  made.end();
  await taking;
  expect(taken.slice(1)).toEqual(Array.from({ length: pieces }, () => 21 / pieces));
});
