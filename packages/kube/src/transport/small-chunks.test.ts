import { Readable } from 'node:stream';
import { afterEach, expect, it, vi } from 'vitest';
import { readLogBytes } from '../logs/read-log.ts';
import { gather } from '../streams/gather.ts';
import { startFakeApiserver } from '../testing/fake-apiserver.ts';
import { fixedPaths } from './api-path.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const chunks = 40_000;

/** Connects to a server of so many chunks of one byte; what the parser put back, in bytes, time by time. */
async function connected() {
  const server = await startFakeApiserver({
    handle: (_request, { socket }) => {
      socket?.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      socket?.write(`${'1\r\nx\r\n'.repeat(chunks)}0\r\n\r\n`);
    },
  });
  const unshift = vi.spyOn(Readable.prototype, 'unshift');
  cleanups.push(() => unshift.mockRestore(), server.close);
  return {
    connection: server.connect(),
    putBack: () => unshift.mock.calls.map(([rest]) => (rest as Buffer).length),
  };
}

async function lengthOf(pieces: AsyncIterable<Buffer>): Promise<number> {
  let length = 0;
  for await (const piece of pieces) length += piece.length;
  return length;
}

it('more of small chunks is parsed once those are taken, and not after each', async () => {
  const { connection, putBack } = await connected();
  const { body } = await connection.stream({ path: fixedPaths.version });
  expect(await lengthOf(gather(body, { lingerMs: 100, batchBytes: 65_536 }))).toBe(chunks);
  expect(putBack().length).toBeGreaterThan(0);
  expect(putBack().length).toBeLessThan(chunks / 500);
});

it('no more is parsed anew than a record’s worth, and the socket waits with the rest', async () => {
  const { connection, putBack } = await connected();
  const target = { namespace: 'demo', pod: 'web', container: 'app' };
  expect(await lengthOf(readLogBytes(connection, target))).toBe(chunks);
  expect(putBack().length).toBeGreaterThan(0);
  expect(Math.max(...putBack())).toBeLessThan(16_384);
});
