import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { AppError } from '../http/app-error.ts';
import { UpgradeRouter, type RedeemTicket, type SocketHandler } from './router.ts';
import { StreamGuard } from './stream-guard.ts';

const origin = 'http://127.0.0.1';

async function serve(redeem: RedeemTicket, live: SocketHandler<'live'> = () => undefined) {
  const rights = { onRevoked: () => () => undefined, refusal: async () => undefined };
  const router = new UpgradeRouter({
    publicUrl: origin,
    pingMs: 25_000,
    guard: new StreamGuard(rights, {
      live: 1,
      log: 1,
      logs: 5,
      exec: 1,
      nodeShell: 9,
      download: 1,
      forward: 1,
    }),
    hosts: [],
    redeem,
    handlers: { live, log: () => undefined, logs: () => undefined, exec: () => undefined },
    newRequestId: () => 'request',
    onForeignOrigin: async () => undefined,
    onError: (error) => expect.unreachable(String(error)),
  });
  const server = createServer().listen(0, '127.0.0.1');
  router.attach(server, () => '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await router.stop();
    server.close();
  });
  return { router, server, port: (server.address() as AddressInfo).port };
}

test('a refused client that keeps its side open is let go', async () => {
  const { server, port } = await serve(async () => {
    throw new AppError('badTicket');
  });
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void client.destroy());
  client.write(
    'GET /api/v1/live HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  const [answer] = await once(client, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 403 /);
  const open = promisify(server.getConnections.bind(server));
  await expect.poll(() => open()).toBe(0);
});

test('a stop ends a stream and waits for what its handler has still to do', async () => {
  const written = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string | undefined>();
  const principal = { userId: 'ada', username: 'ada', sessionId: 's', mustChangePassword: false };
  const { router, port } = await serve(
    async () => ({ principal, request: { purpose: 'live' }, requirements: [], address: '', requestId: '' }),
    async (socket) => {
      await once(socket.signal, 'abort');
      ended.resolve(socket.ended?.reason);
      await written.promise;
    },
  );
  const client = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, { origin });
  await once(client, 'open');

  let stopped = false;
  const stopping = router.stop().then(() => (stopped = true));
  expect(await ended.promise).toBe('shuttingDown');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stopped).toBe(false);
  written.resolve();
  await stopping;
});
