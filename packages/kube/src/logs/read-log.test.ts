import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOfText } from '@pilothouse/kinds';
import { afterEach, describe, expect, it } from 'vitest';
import { sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { longestLine, readLog, readLogBytes, type LogTarget } from './read-log.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serving(handle: (response: ServerResponse) => void) {
  const server = await startFakeApiserver({ handle: (_request, response) => handle(response) });
  cleanups.push(server.close);
  return { server, connection: server.connect() };
}
const target: LogTarget = { namespace: 'demo', pod: 'web', container: 'app' };

async function textOf(handle: (response: ServerResponse) => void): Promise<string> {
  const { connection } = await serving(handle);
  let text = '';
  for await (const part of readLog(connection, target)) {
    expect(part.endsWith('\n')).toBe(true);
    text += part;
  }
  return text;
}

describe('readLog', () => {
  it('asks for what it is told to, with timestamps', async () => {
    const { server, connection } = await serving((response) => response.end());
    await readLog(connection, { ...target, previous: true, follow: false, tailLines: 0 }).next();
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces/demo/pods/web/log?container=app&previous=true&follow=false&tailLines=0&timestamps=true',
    ]);
  });

  it('hands on whole lines as they are', async () => {
    const log =
      '2026-11-21T03:08:11.123456789Z hello\r\n' +
      '2026-11-21T11:08:11.1+08:00  two blanks\n' +
      '2026-11-21T03:08:12Z \n' +
      'failed to watch the file\n' +
      '2026-11-21T03:08:13Z no newline';
    expect(await textOf((response) => response.end(log))).toBe(`${log}\n`);
  });

  it('puts characters and lines together that come in pieces', async () => {
    const log = '2026-11-21T03:08:11Z 漢字🚀\n2026-11-21T03:08:12Z b\n';
    const text = await textOf(async (response) => {
      for (const byte of Buffer.from(log)) {
        response.write(Buffer.from([byte]));
        await sleep(1);
      }
      response.end();
    });
    expect(text).toBe(log);
  });

  it('cuts a line of 10 MB, at a whole character, and counts what it left out', async () => {
    const head = '2026-11-21T03:08:11Z ';
    const long = '漢'.repeat(3_500_000);
    const text = await textOf((response) => response.end(`${head}${long}\n${head}next\n`));
    const [first = '', second] = text.split('\n');
    const kept = Math.floor((longestLine - head.length) / 3);
    const cut = Buffer.byteLength(long) - 3 * kept;
    expect(first.slice(head.length) === `${'漢'.repeat(kept)} ... (+${cut} bytes)`).toBe(true);
    expect(second).toBe(`${head}next`);
  });

  it('keeps bytes that are no UTF-8, in short lines and in cut ones', async () => {
    const bytes = Buffer.from('latin1 \xe9 gbk \xd6\xd0\xce\xc4\n', 'latin1');
    expect(Buffer.from(bytesOfText(await textOf((response) => response.end(bytes))))).toEqual(bytes);
    const long = Buffer.alloc(longestLine, Buffer.from([0xd6, 0xd0]));
    const text = await textOf((response) => response.end(Buffer.concat([long, Buffer.from('\xff\n')])));
    const kept = longestLine - 1; // what may begin a character of UTF-8 is no end
    expect(Buffer.from(bytesOfText(text)).subarray(0, kept).equals(long.subarray(0, kept))).toBe(true);
    expect(text.slice(kept)).toBe(' ... (+3 bytes)\n');
  });

  it('gathers many small pieces into few', async () => {
    const line = '2026-11-21T03:08:11Z x\n';
    const { connection } = await serving(async (response) => {
      for (let count = 0; count < 200; count++) {
        response.write(line);
        await sleep(1);
      }
      response.end();
    });
    const parts: string[] = [];
    const startedAt = performance.now();
    for await (const part of readLog(connection, target)) parts.push(part);
    expect(parts.join('')).toBe(line.repeat(200));
    // ten a second, however long it took
    expect(parts.length).toBeLessThan((performance.now() - startedAt) / 90 + 3);
  });

  it('passes on why there is no log', async () => {
    const { connection } = await serving((response) => sendStatus(response, 400, 'BadRequest'));
    await expect(readLog(connection, target).next()).rejects.toMatchObject({
      reason: 'api',
      status: 400,
      statusObject: { message: 'it is BadRequest' },
    });
  });

  it('ends the upstream when the reader leaves, and when its signal aborts', async () => {
    let open = 0;
    const { connection } = await serving((response) => {
      open += 1;
      response.once('close', () => (open -= 1));
      response.write('2026-11-21T03:08:11Z one\n');
    });
    for await (const text of readLog(connection, target)) {
      expect(text).toBe('2026-11-21T03:08:11Z one\n');
      break;
    }
    await expect.poll(() => open).toBe(0);
    const controller = new AbortController();
    const log = readLog(connection, target, { signal: controller.signal });
    await log.next();
    controller.abort();
    await expect(log.next()).rejects.toMatchObject({ reason: 'aborted' });
    await expect.poll(() => open).toBe(0);
  });

  it('says when the connection was lost', async () => {
    const { connection } = await serving((response) => {
      response.write('2026-11-21T03:08:11Z one\n');
      setTimeout(() => response.destroy(), 20);
    });
    const log = readLog(connection, target);
    await log.next();
    await expect(log.next()).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it('holds the cluster back while nobody reads', async () => {
    let sent = 0;
    const line = `2026-11-21T03:08:11Z ${'x'.repeat(1000)}\n`.repeat(60);
    const { connection } = await serving((response) => {
      let open = true;
      response.once('close', () => (open = false));
      const more = () => {
        do sent += line.length;
        while (response.write(line));
        if (open) response.once('drain', more);
      };
      more();
    });
    const log = readLog(connection, target);
    await log.next();
    let before = -1;
    // the kernel's buffers fill, then nothing more is taken
    while (before !== sent) {
      before = sent;
      await sleep(300);
    }
    expect(sent).toBeLessThan(16 * 1024 * 1024);
    await log.return();
  });
});

describe('readLogBytes', () => {
  it('gives the very bytes, however long their lines, without a newline at the end', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a\r\nb\xff\xe9\n\n', 'latin1'),
      Buffer.alloc(3 * longestLine, '漢'),
      Buffer.from(' no newline'),
    ]);
    const { server, connection } = await serving((response) => response.end(bytes));
    const parts: Buffer[] = [];
    for await (const part of readLogBytes(connection, { ...target, timestamps: false })) parts.push(part);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces/demo/pods/web/log?container=app&timestamps=false',
    ]);
  });
});
