import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/test-api.ts';
import { openStream } from './testing/stream-client.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.stop());

test('who asks and asks and reads nothing is let go before it costs much', async () => {
  const stream = await openStream(api.admin, 'live');
  const closed = once(stream.socket, 'close');
  stream.socket.pause();
  // an error that repeats what it is about
  const question = { endpoint: 'clusters.get', params: { cluster: 'a', ['x'.repeat(5000)]: 1 } };
  const rounds = 200;
  for (let round = 0; round < rounds && stream.socket.readyState === stream.socket.OPEN; round += 1) {
    for (let id = 0; id < 40; id += 1) stream.say({ type: 'subscribe', id, ...question });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  stream.socket.resume();
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 10_000))]);
  expect(stream.socket.readyState).toBe(stream.socket.CLOSED);
  // what was sent is what the kernel takes, and a little more
  expect(JSON.stringify(stream.messages).length).toBeLessThan(20 * 1024 * 1024);
  // other tabs go on
  const other = await openStream(api.admin, 'live');
  other.say({ type: 'subscribe', id: 1, endpoint: 'clusters.list' });
  await expect.poll(() => other.of('snapshot').length).toBe(1);
  other.socket.terminate();
});
