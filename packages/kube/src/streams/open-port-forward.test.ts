import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { startFakeApiserver, type FakeApiserverOptions } from '../testing/fake-apiserver.ts';
import { largestMessage } from './channels.ts';
import { openPortForward, type PortForwardTarget } from './open-port-forward.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const target: PortForwardTarget = { namespace: 'demo', pod: 'web', port: 8080 };
const protocols = ['v4.channel.k8s.io'];
const frame = (channel: number, content: string | Buffer) =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(content)]);
const port = Buffer.from([0x90, 0x1f]);

async function serving(webSocket: (socket: WebSocket) => void, options: FakeApiserverOptions = {}) {
  const server = await startFakeApiserver({ webSocket, protocols, ...options });
  cleanups.push(server.close);
  return { server, connection: server.connect() };
}

/** A server that says which port it is, as it should, and then does this. */
function opened(then: (socket: WebSocket) => void): (socket: WebSocket) => void {
  return (socket) => {
    socket.send(frame(0, port));
    socket.send(frame(1, port));
    then(socket);
  };
}

async function endOf(webSocket: (socket: WebSocket) => void) {
  const { connection } = await serving(webSocket);
  const stream = await openPortForward(connection, target);
  let received = '';
  stream.on('data', (bytes: Buffer) => (received += bytes));
  const error = await new Promise<Error | null>((resolve) => {
    stream.once('error', resolve);
    stream.once('close', () => resolve(null));
  });
  return { received, error };
}

describe('openPortForward', () => {
  it('carries bytes both ways, and ends when the pod does', async () => {
    const { server, connection } = await serving(
      opened((socket) => {
        socket.on('message', (data) => {
          socket.send(frame(0, `got ${(data as Buffer).subarray(1).toString()}`));
          socket.close(1000);
        });
      }),
    );
    const stream = await openPortForward(connection, target, { auditId: 'a-1' });
    stream.write('ping');
    expect((await stream.toArray()).join('')).toBe('got ping');
    await expect.poll(() => stream.closed).toBe(true);
    expect(server.requests).toEqual(['GET /api/v1/namespaces/demo/pods/web/portforward?ports=8080']);
    expect(server.headers[0]).toMatchObject({ 'audit-id': 'a-1', 'sec-websocket-protocol': protocols[0] });
  });

  it.each<[string, (socket: WebSocket) => void, object]>([
    ['data before the port', (socket) => socket.send(frame(0, 'hello')), { reason: 'protocol' }],
    ['another port', (socket) => socket.send(frame(0, Buffer.from([1, 0]))), { reason: 'protocol' }],
    ['half a port', (socket) => socket.send(frame(0, Buffer.from([0x90]))), { reason: 'protocol' }],
    ['an unknown channel', opened((socket) => socket.send(frame(2, 'x'))), { reason: 'protocol' }],
    ['nothing at all', opened((socket) => socket.send(Buffer.alloc(0))), { reason: 'protocol' }],
    ['text', opened((socket) => socket.send('x')), { reason: 'protocol' }],
    [
      '16 MB',
      opened((socket) => socket.send(frame(0, Buffer.alloc(16 * largestMessage)))),
      { reason: 'tooLarge' },
    ],
    ['an odd close code', opened((socket) => socket.close(4999)), { reason: 'unreachable' }],
    ['a cut', opened((socket) => setTimeout(() => socket.terminate(), 20)), { reason: 'unreachable' }],
    [
      'why it cannot',
      opened((socket) => {
        socket.send(frame(1, 'connect: connection\u001b[31m refused\n'));
        socket.close(1000);
      }),
      { reason: 'api', message: 'connect: connection [31m refused' },
    ],
  ])('fails by name, and only itself, when the server sends %s', async (_what, webSocket, error) => {
    expect((await endOf(webSocket)).error).toMatchObject({ name: 'KubeError', ...error });
  });

  it('keeps little of a complaint without end', async () => {
    const { error } = await endOf(
      opened((socket) => {
        for (let count = 0; count < 100; count++) socket.send(frame(1, 'x'.repeat(100_000)));
        socket.close(1000);
      }),
    );
    expect(error).toMatchObject({ reason: 'api', statusObject: { message: 'x'.repeat(4096) } });
  });

  it('reads on after the end of what is written', async () => {
    const { connection } = await serving(
      opened((socket) =>
        socket.once('message', () =>
          setTimeout(() => {
            socket.send(frame(0, 'late'));
            socket.close(1000);
          }, 50),
        ),
      ),
    );
    const stream = await openPortForward(connection, target);
    stream.end('all I say');
    expect((await stream.toArray()).join('')).toBe('late');
  });

  it('holds the server back while nobody reads, loses nothing, and cuts large writes', async () => {
    let sent = 0;
    const received: number[] = [];
    const { connection } = await serving(
      opened((socket) => {
        socket.on('message', (data) => received.push((data as Buffer).length));
        const more = () => {
          if (sent >= 40_000_000) return socket.close(1000);
          sent += 30_000;
          socket.send(frame(0, Buffer.alloc(30_000)), () => more());
        };
        more();
      }),
    );
    const stream = await openPortForward(connection, target);
    stream.write(Buffer.alloc(70_000));
    let before = -1;
    while (before !== sent) {
      before = sent;
      await sleep(300);
    }
    expect(sent).toBeLessThan(30_000_000);
    expect(stream.readableLength).toBeLessThan(1_000_000);
    let taken = 0;
    for await (const bytes of stream) taken += (bytes as Buffer).length;
    expect(taken).toBe(sent);
    expect(received).toEqual([32_769, 32_769, 4465]);
  });

  it('ends with the caller and with the connection', async () => {
    const { connection } = await serving(opened(() => undefined));
    const controller = new AbortController();
    const one = await openPortForward(connection, target, { signal: controller.signal });
    const other = await openPortForward(connection, target);
    const errors = [one, other].map((stream) => once(stream, 'error'));
    controller.abort();
    await connection.close();
    expect((await Promise.all(errors)).map(([error]) => error.reason)).toEqual(['aborted', 'closed']);
  });

  it.each([
    { pod: '../x', port: 80 },
    { pod: 'web', port: 0 },
    { pod: 'web', port: 65_536 },
    { pod: 'web', port: 1.5 },
  ])('sends nothing for $pod:$port', async (wrong) => {
    const { server, connection } = await serving(() => undefined);
    await expect(openPortForward(connection, { ...target, ...wrong })).rejects.toMatchObject({
      reason: 'invalidName',
    });
    expect(server.requests).toEqual([]);
  });

  it('refuses a server that speaks SPDY only', async () => {
    const refuseWebSocket = 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n';
    const { connection } = await serving(() => undefined, { refuseWebSocket });
    await expect(openPortForward(connection, target)).rejects.toMatchObject({ name: 'KubeError' });
    const other = await serving(() => undefined, { protocols: ['SPDY/3.1'] });
    await expect(openPortForward(other.connection, target)).rejects.toMatchObject({ name: 'KubeError' });
  });
});
