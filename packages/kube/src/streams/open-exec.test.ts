import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeApiserver, type FakeApiserverOptions } from '../testing/fake-apiserver.ts';
import { largestMessage } from './channels.ts';
import { keepAlive } from './keep-alive.ts';
import { openExec, type ExecTarget } from './open-exec.ts';
import { openWebSocket } from './open-web-socket.ts';
import { fixedPaths } from '../transport/api-path.ts';
import type { RequestEvent } from '../transport/connection.ts';
import { runExec } from './run-exec.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serving(webSocket: (socket: WebSocket) => void, options: FakeApiserverOptions = {}) {
  const server = await startFakeApiserver({ webSocket, ...options });
  cleanups.push(server.close);
  return { server, connection: server.connect() };
}

const target: ExecTarget = {
  namespace: 'demo',
  pod: 'web',
  container: 'app',
  command: ['sh'],
  tty: true,
  stdin: true,
};
const frame = (channel: number, content: string | Buffer) =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(content)]);
const success = frame(3, '{"metadata":{},"status":"Success"}');
const exit = (code: string) =>
  frame(
    3,
    JSON.stringify({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: code }] },
    }),
  );

/** Opens an exec on a server that does this, and collects what comes of it. */
async function run(webSocket: (socket: WebSocket) => void, options: FakeApiserverOptions = {}) {
  const { connection } = await serving(webSocket, options);
  const stream = await openExec(connection, target);
  const output: Buffer[] = [];
  stream.onStdout((bytes) => output.push(bytes));
  const end = await stream.ended;
  return { end, output: Buffer.concat(output).toString() };
}

describe('openExec', () => {
  it('asks for what it is told to, each word of the command as it is', async () => {
    const { server, connection } = await serving((socket) => socket.close());
    const command = ['echo', 'a b&c=d', '../..', 'é'];
    await openExec(connection, { ...target, command, tty: false, stdin: false }, { auditId: 'a-7' });
    const url = new URL(server.requests[0]?.replace('GET ', 'https://x') ?? '');
    expect(url.pathname).toBe('/api/v1/namespaces/demo/pods/web/exec');
    expect(url.searchParams.getAll('command')).toEqual(command);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      container: 'app',
      stdin: 'false',
      stderr: 'true',
      tty: 'false',
    });
    expect(server.headers[0]).toMatchObject({
      'audit-id': 'a-7',
      'sec-websocket-protocol': 'v5.channel.k8s.io,v4.channel.k8s.io',
    });
  });

  it('delivers output that came with the handshake, and the exit code', async () => {
    const { end, output } = await run((socket) => {
      socket.send(frame(1, ''));
      socket.send(frame(1, 'hel'));
      socket.send(frame(1, 'lo'));
      socket.send(exit('7'));
      socket.close();
    });
    expect([end, output]).toEqual([{ kind: 'exit', exitCode: 7 }, 'hello']);
  });

  it('tells success from a command that could not be run', async () => {
    expect((await run((socket) => socket.send(success))).end).toEqual({ kind: 'exit', exitCode: 0 });
    const failure = {
      status: 'Failure',
      message: 'exec: "x": not found',
      reason: 'InternalError',
      code: 500,
    };
    const { end } = await run((socket) => socket.send(frame(3, JSON.stringify(failure))));
    expect(end).toMatchObject({
      kind: 'failed',
      error: { reason: 'api', status: 500, message: failure.message },
    });
  });

  it('ignores, and counts, what is of no channel it knows, and goes on', async () => {
    const { connection } = await serving((socket) => {
      for (const odd of [frame(9, 'x'), frame(254, ''), frame(0, 'x'), frame(4, '{}'), Buffer.alloc(0)]) {
        socket.send(odd);
      }
      socket.send(frame(1, ''));
      socket.send(frame(1, 'hello'));
      socket.send(success);
    });
    const stream = await openExec(connection, target);
    const output: Buffer[] = [];
    stream.onStdout((bytes) => output.push(bytes));
    expect(await stream.ended).toEqual({ kind: 'exit', exitCode: 0 });
    expect([Buffer.concat(output).toString(), stream.unknownFrames]).toEqual(['hello', 5]);
  });

  it.each<[string, (socket: WebSocket) => void, string]>([
    ['text', (socket) => socket.send('1hello'), 'protocol'],
    ['a Status that is no JSON', (socket) => socket.send(frame(3, 'oops')), 'protocol'],
    ['a Status that is a list', (socket) => socket.send(frame(3, '[]')), 'protocol'],
    [
      'a Status of another shape',
      (socket) => socket.send(frame(3, '{"status":"Failure","message":{}}')),
      'protocol',
    ],
    [
      'a huge Status',
      (socket) => socket.send(frame(3, `{"status":"Success","message":"${'x'.repeat(70_000)}"}`)),
      'protocol',
    ],
    ['a huge message', (socket) => socket.send(frame(1, Buffer.alloc(largestMessage))), 'tooLarge'],
    ['16 MB', (socket) => socket.send(frame(1, Buffer.alloc(16 * 1024 * 1024))), 'tooLarge'],
    ['a close without a Status', (socket) => socket.close(1000), 'unreachable'],
    ['a close with an odd code', (socket) => socket.close(4999, 'x'), 'unreachable'],
    ['a cut', (socket) => setTimeout(() => socket.terminate(), 20), 'unreachable'],
  ])('ends only this stream, by name, when the server sends %s', async (_what, send, reason) => {
    const { end } = await run(send);
    expect(end).toMatchObject({ kind: 'lost', error: { reason } });
  });

  it.each(['-1', '7.5', 'x', '1e3', ''])('takes an exit code of %j as a failure', async (code) => {
    expect((await run((socket) => socket.send(exit(code)))).end.kind).toBe('failed');
  });

  it('ends although the server never closes', async () => {
    const { end } = await run((socket) => {
      socket.send(success);
      // a server that ignores the closing handshake
      (
        socket as unknown as { _receiver: { removeAllListeners(name: string): void } }
      )._receiver.removeAllListeners('conclude');
    });
    expect(end.kind).toBe('exit');
  });

  it('sends stdin in pieces, its end, and sizes', async () => {
    const received: Buffer[] = [];
    const { connection } = await serving((socket) => {
      socket.on('message', (data) => {
        received.push(data as Buffer);
        if ((data as Buffer)[0] === 255) socket.send(success);
      });
    });
    const stream = await openExec(connection, target);
    stream.onStdout(() => undefined);
    stream.resize(132, 43);
    await stream.write(Buffer.alloc(40_000, 'x'));
    expect(stream.endStdin()).toBe(true);
    expect((await stream.ended).kind).toBe('exit');
    expect(received[0]?.toString()).toBe('\x04{"Width":132,"Height":43}');
    const stdin = received.filter((message) => message[0] === 0);
    expect(stdin.map(({ length }) => length)).toEqual([16_385, 16_385, 7_233]);
    expect(received.at(-1)).toEqual(Buffer.from([255, 0]));
  });

  it('works with v4, which cannot end stdin', async () => {
    const { connection } = await serving((socket) => socket.once('message', () => socket.send(success)), {
      protocols: ['v4.channel.k8s.io'],
    });
    const stream = await openExec(connection, target);
    stream.onStdout(() => undefined);
    expect([stream.protocol, stream.endStdin()]).toEqual(['v4.channel.k8s.io', false]);
    await stream.write(Buffer.from('x'));
    expect((await stream.ended).kind).toBe('exit');
  });

  it.each([
    ['an older protocol', { protocols: ['channel.k8s.io'] }],
    ['an older protocol only', { protocols: ['v3.channel.k8s.io'] }],
  ])('refuses a server that speaks %s', async (_what, options) => {
    const { connection } = await serving(() => undefined, options);
    await expect(openExec(connection, target)).rejects.toMatchObject({ name: 'KubeError' });
  });

  it('holds the server back while paused, and loses nothing', async () => {
    let sent = 0;
    const { connection } = await serving((socket) => {
      const more = () => {
        if (sent >= 40_000_000) return socket.send(success);
        sent += 30_000;
        socket.send(frame(1, Buffer.alloc(30_000)), () => more());
      };
      more();
    });
    const stream = await openExec(connection, target);
    let received = 0;
    stream.onStdout((bytes) => {
      received += bytes.length;
    });
    stream.pause();
    let before = -1;
    while (before !== sent) {
      before = sent;
      await sleep(300);
    }
    expect(sent).toBeLessThan(30_000_000);
    stream.resume();
    await stream.ended;
    expect(received).toBe(sent);
  });

  it('ends with the caller, with the connection, and when told to', async () => {
    const { connection, server } = await serving(() => undefined);
    const controller = new AbortController();
    const streams = [
      await openExec(connection, target, { signal: controller.signal }),
      await openExec(connection, target),
      await openExec(connection, target),
    ];
    controller.abort();
    streams[1]?.close();
    await streams[1]?.ended;
    await connection.close();
    const ends = await Promise.all(streams.map(({ ended }) => ended));
    const reasons = ends.map((end) => end.kind === 'lost' && end.error.reason);
    expect(reasons).toEqual(['aborted', 'aborted', 'closed']);
    expect(server.requests).toHaveLength(3);
    await streams[2]?.write(Buffer.from('into the void'));
  });

  it('is reported like any request', async () => {
    const events: RequestEvent[] = [];
    const server = await startFakeApiserver({ webSocket: (socket) => socket.close() });
    cleanups.push(server.close);
    const onRequest = (event: RequestEvent) => events.push(event);
    await openExec(server.connect({ onRequest }), target);
    await openExec(server.connect({ onRequest }, { server: 'https://127.0.0.1:1' }), target).catch(
      () => undefined,
    );
    const path = '/api/v1/namespaces/demo/pods/web/exec';
    expect(events).toMatchObject([
      { method: 'GET', path, status: 101, error: null },
      { method: 'GET', path, status: null, error: { reason: 'refused' } },
    ]);
  });

  const refusal = (head: string, body: string) =>
    `HTTP/1.1 ${head}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
  const status = JSON.stringify({
    kind: 'Status',
    code: 403,
    reason: 'Forbidden',
    message: 'no exec for you',
  });

  it.each<[string, string, object]>([
    [
      'with a Status',
      refusal('403 Forbidden', status),
      { reason: 'api', status: 403, message: 'no exec for you' },
    ],
    ['with 401', refusal('401 Unauthorized', ''), { reason: 'unauthorized', status: 401 }],
    ['with HTML', refusal('404 Not Found', '<p>canary'), { reason: 'notAnApiserver', status: 404 }],
    ['by pointing elsewhere', refusal('302 Found\r\nlocation: https://127.0.0.1:1/', ''), { status: 302 }],
    ['with 200', refusal('200 OK', ''), { reason: 'notAnApiserver' }],
    ['with what is no HTTP', 'SSH-2.0-OpenSSH\r\n', { reason: 'notAnApiserver' }],
    [
      'with a handshake that is wrong',
      'HTTP/1.1 101 Yes\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      { reason: 'notAnApiserver' },
    ],
    ['by hanging up', '', { reason: 'unreachable' }],
  ])('passes on that the cluster refuses %s', async (_how, refuseWebSocket, error) => {
    const { connection } = await serving(() => undefined, { refuseWebSocket });
    const failure = await openExec(connection, target).catch((caught: unknown) => caught);
    expect(failure).toMatchObject({ name: 'KubeError', ...error });
    expect((failure as Error).message).not.toContain('canary');
  });

  it('sends nothing for a name that is a path', async () => {
    const { connection, server } = await serving(() => undefined);
    await expect(openExec(connection, { ...target, pod: '../x' })).rejects.toMatchObject({
      reason: 'invalidName',
    });
    expect(server.requests).toEqual([]);
  });
});

describe('runExec', () => {
  const { tty: _tty, stdin: _stdin, ...command } = target;

  it('collects stdout and stderr', async () => {
    const { connection } = await serving((socket) => {
      for (const message of [frame(1, 'out'), frame(2, 'err'), exit('3')]) socket.send(message);
    });
    const { exitCode, stdout, stderr } = await runExec(connection, command);
    expect([exitCode, stdout.toString(), stderr.toString()]).toEqual([3, 'out', 'err']);
  });

  it('gives up on too much output, and on a command that does not end', async () => {
    const chatty = await serving((socket) => socket.send(frame(1, Buffer.alloc(2000))));
    await expect(runExec(chatty.connection, { ...command, maxOutputBytes: 1000 })).rejects.toMatchObject({
      reason: 'tooLarge',
    });
    const silent = await serving(() => undefined);
    await expect(runExec(silent.connection, { ...command, timeoutMs: 200 })).rejects.toMatchObject({
      reason: 'timeout',
    });
  });
});

describe('keepAlive', () => {
  const open = async (webSocket: (socket: WebSocket) => void) => {
    const { connection } = await serving(webSocket);
    const socket = await openWebSocket(
      connection,
      { path: fixedPaths.version, accept: '*/*' },
      ['v5.channel.k8s.io'],
      { maxMessageBytes: 1000 },
    );
    cleanups.push(async () => socket.terminate());
    socket.resume();
    return socket;
  };

  it('pings, and is content with the answers', async () => {
    let pings = 0;
    const socket = await open((server) => server.on('ping', () => (pings += 1)));
    let lost = 0;
    const stop = keepAlive(socket, 200, () => (lost += 1));
    await expect.poll(() => pings).toBeGreaterThan(4);
    stop();
    expect(lost).toBe(0);
  });

  it('reports a server that does not answer', async () => {
    const socket = await open((server) =>
      (server as unknown as { _socket: { pause(): void } })._socket.pause(),
    );
    const error = await new Promise((resolve) => keepAlive(socket, 20, resolve));
    expect(error).toMatchObject({ reason: 'timeout' });
  });
});
