import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { followLog, longestLine, type LogLine, type LogTarget } from './follow-log.ts';

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

async function linesOf(handle: (response: ServerResponse) => void): Promise<LogLine[]> {
  const { connection } = await serving(handle);
  const lines: LogLine[] = [];
  for await (const batch of followLog(connection, target)) lines.push(...batch);
  return lines;
}

describe('followLog', () => {
  it('asks for what it is told to, always with timestamps', async () => {
    const { server, connection } = await serving((response) => response.end());
    await followLog(connection, { ...target, previous: true, follow: false, tailLines: 0 }).next();
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces/demo/pods/web/log?container=app&previous=true&follow=false&tailLines=0&timestamps=true',
    ]);
  });

  it('reads times, texts, blank lines and what the kubelet says itself', async () => {
    const lines = await linesOf((response) =>
      response.end(
        '2026-11-21T03:08:11.123456789Z hello\n' +
          '2026-11-21T11:08:11.1+08:00  two blanks\n' +
          '2026-11-21T03:08:12Z \n' +
          'failed to watch the file\n' +
          '2026-11-21T03:08:13Z no newline',
      ),
    );
    expect(lines.map(({ time, text }) => [time, text])).toEqual([
      ['2026-11-21T03:08:11.123456789Z', 'hello'],
      ['2026-11-21T11:08:11.1+08:00', ' two blanks'],
      ['2026-11-21T03:08:12Z', ''],
      [null, 'failed to watch the file'],
      ['2026-11-21T03:08:13Z', 'no newline'],
    ]);
  });

  it('puts characters together that come in pieces', async () => {
    const bytes = Buffer.from('2026-11-21T03:08:11Z 漢字🚀\n');
    const [line] = await linesOf(async (response) => {
      for (const byte of bytes) {
        response.write(Buffer.from([byte]));
        await sleep(1);
      }
      response.end();
    });
    expect(line?.text).toBe('漢字🚀');
  });

  it('cuts a line of 10 MB, at a whole character, and counts what it left out', async () => {
    const head = '2026-11-21T03:08:11Z ';
    const long = '漢'.repeat(3_500_000);
    const lines = await linesOf((response) => response.end(`${head}${long}\n${head}next\n`));
    expect(lines).toHaveLength(2);
    expect(lines[0]?.text).toMatch(/^漢+$/);
    expect(lines[0]?.cutBytes).toBe(Buffer.byteLength(head + long) - longestLine);
    expect(lines[1]).toMatchObject({ text: 'next', cutBytes: 0 });
  });

  it('passes on why there is no log', async () => {
    const { connection } = await serving((response) => sendStatus(response, 400, 'BadRequest'));
    await expect(followLog(connection, target).next()).rejects.toMatchObject({
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
    for await (const lines of followLog(connection, target)) {
      expect(lines).toHaveLength(1);
      break;
    }
    await expect.poll(() => open).toBe(0);
    const controller = new AbortController();
    const log = followLog(connection, target, { signal: controller.signal });
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
    const log = followLog(connection, target);
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
    const log = followLog(connection, target);
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
