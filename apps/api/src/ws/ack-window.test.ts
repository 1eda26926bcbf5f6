import { expect, test } from 'vitest';
import { AckWindow } from './ack-window.ts';

test('a sender waits for the other side', async () => {
  const window = new AckWindow(10, new AbortController().signal);
  window.sent(10);
  let room: number | undefined;
  const waiting = window.awaitRoom().then((got) => (room = got));
  await Promise.resolve();
  expect(room).toBeUndefined();
  window.acknowledged(4);
  await waiting;
  expect(room).toBe(4);
});

test('an acknowledgement of more than was sent widens nothing', () => {
  const window = new AckWindow(10, new AbortController().signal);
  window.sent(3);
  window.acknowledged(1000);
  expect(window.room).toBe(10);
});

test('the end of the stream lets the sender go', async () => {
  const stop = new AbortController();
  const window = new AckWindow(1, stop.signal);
  window.sent(1);
  const waiting = window.awaitRoom();
  stop.abort();
  expect(await waiting).toBe(0);
});
