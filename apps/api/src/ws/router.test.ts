import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { AppError } from '../http/app-error.ts';
import { UpgradeRouter } from './router.ts';
import { StreamGuard } from './stream-guard.ts';

test('a refused client that keeps its side open is let go', async () => {
  const rights = { onRevoked: () => () => undefined, refusal: async () => undefined };
  const guard = new StreamGuard(rights, { live: 1, log: 1, logs: 5, exec: 1, download: 1 });
  const router = new UpgradeRouter({
    publicUrl: 'http://127.0.0.1',
    pingMs: 25_000,
    guard,
    redeem: async () => {
      throw new AppError('badTicket');
    },
    handlers: { live: () => undefined, log: () => undefined, logs: () => undefined, exec: () => undefined },
    addressOf: () => '127.0.0.1',
    newRequestId: () => 'request',
    onForeignOrigin: async () => undefined,
    onError: (error) => expect.unreachable(String(error)),
  });
  const server = createServer().listen(0, '127.0.0.1');
  router.attach(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => {
    client.destroy();
    router.stop();
    server.close();
  });
  client.write(
    'GET /api/v1/live HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  const [answer] = await once(client, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 403 /);
  const open = promisify(server.getConnections.bind(server));
  await expect.poll(() => open()).toBe(0);
});
