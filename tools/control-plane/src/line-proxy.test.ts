import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineProxy } from './line-proxy.ts';

const closing = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
let proxy: LineProxy | undefined;

beforeEach(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
afterEach(async () => {
  proxy?.close();
  await once(echo.close(), 'close');
});

async function through(silenceMs?: number): Promise<Socket> {
  const target = `tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  proxy = await LineProxy.before(target, silenceMs === undefined ? {} : { silenceMs });
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

test('cuts what is silent, and nothing that is not', async () => {
  const socket = await through(300);
  for (let spoken = 0; spoken < 8; spoken += 1) {
    socket.write('x');
    await once(socket, 'data');
    await sleep(100);
  }
  expect(proxy?.silenced).toBe(0);
  await closing(socket);
  expect(proxy?.silenced).toBe(1);
});

test('cuts everything when told, and carries what comes after', async () => {
  const socket = await through();
  socket.write('x');
  await once(socket, 'data');
  expect(proxy?.connections).toBe(1);
  const closed = closing(socket);
  proxy?.cut();
  await closed;
  const next = connect(proxy?.port ?? 0, '127.0.0.1').on('error', () => undefined);
  next.write('y');
  expect(String((await once(next, 'data'))[0])).toBe('y');
});
