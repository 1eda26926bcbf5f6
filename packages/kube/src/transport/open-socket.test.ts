import { expect, onTestFinished, test } from 'vitest';
import { startFakeApiserver } from '../testing/fake-apiserver.ts';
import { openSocket } from './open-socket.ts';

test('a socket that breaks before it has an owner ends nothing but itself', async () => {
  const server = await startFakeApiserver();
  onTestFinished(() => server.close());
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', note);
  onTestFinished(() => void process.off('uncaughtException', note));

  const socket = await openSocket(server.credential, { allowLoopback: true });
  socket.destroy(new Error('reset by the peer'));
  await new Promise((resolve) => socket.once('close', resolve));
  expect(uncaught).toEqual([]);
});
