import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { socketPair, type SocketPair } from './testing/socket-pair.ts';

const schema = z.strictObject({ type: z.literal('hello'), n: z.number() });

async function pair(heartbeatMs?: number): Promise<SocketPair> {
  const made = await socketPair(heartbeatMs);
  onTestFinished(made.close);
  return made;
}

test('delivers what was sent before anyone received, in order, messages and bytes', async () => {
  const { browser, guarded } = await pair();
  browser.send('{"type":"hello","n":1}');
  browser.send(Buffer.from([1, 2]));
  const got: unknown[] = [];
  await new Promise((resolve) => setTimeout(resolve, 20));
  guarded.receive({ schema, onMessage: (m) => got.push(m.n), onBytes: (bytes) => got.push([...bytes]) });
  await expect.poll(() => got).toEqual([1, [1, 2]]);
});

test.each([
  ['no JSON', '{'],
  ['an unknown field', '{"type":"hello","n":1,"x":2}'],
  ['bytes where none are expected', Buffer.from('x')],
])('%s ends the stream with the reason', async (_name, data) => {
  const { browser, guarded, said } = await pair();
  guarded.receive({ schema, onMessage: () => {} });
  browser.send(data);
  const [code] = await once(browser, 'close');
  expect(code).toBe(1000);
  expect(said).toEqual([expect.objectContaining({ type: 'end', reason: 'protocol' })]);
  expect(guarded.signal.reason).toMatchObject({ reason: 'protocol' });
});

test('only the first end counts and it aborts the signal', async () => {
  const { browser, guarded, said } = await pair();
  guarded.end('rightsLost');
  guarded.end('completed');
  await once(browser, 'close');
  expect(said).toEqual([{ type: 'end', reason: 'rightsLost' }]);
  expect(guarded.ended).toEqual({ reason: 'rightsLost' });
});

test('a browser that goes away ends the stream as disconnected', async () => {
  const { browser, guarded } = await pair();
  guarded.receive({ schema, onMessage: () => {} });
  browser.terminate();
  await expect.poll(() => guarded.ended).toEqual({ reason: 'disconnected' });
});

test.each([1000, 1001])('a page that closes it (%i) ends the stream as closed', async (code) => {
  const { browser, guarded } = await pair();
  guarded.receive({ schema, onMessage: () => {} });
  browser.close(code);
  await expect.poll(() => guarded.ended).toEqual({ reason: 'closed' });
});

test('a sender waits for a browser that does not read, and memory stays near the mark', async () => {
  const { browser, guarded } = await pair();
  browser.pause();
  const piece = Buffer.alloc(64 * 1024);
  let sent = 0;
  const sending = (async () => {
    while (sent < 64 * 1024 * 1024) {
      await guarded.sendBytes(piece);
      sent += piece.length;
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(sent).toBeLessThan(32 * 1024 * 1024);
  expect(guarded.bufferedBytes).toBeLessThanOrEqual(1024 * 1024 + piece.length);
  browser.resume();
  await sending;
});

test('a peer that answers no ping is closed', async () => {
  const { browser, guarded } = await pair(250);
  guarded.receive({ schema, onMessage: () => {} });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(guarded.ended, 'a live peer answers').toBeUndefined();
  browser.pause();
  await expect.poll(() => guarded.ended).toEqual({ reason: 'disconnected' });
});
