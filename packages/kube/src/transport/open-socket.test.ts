import { mintAuthority, mintCertificate } from '@pilothouse/control-plane';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
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

test('an intermediate authority without its root is trusted, another of the same root is not', async () => {
  const root = await mintAuthority('root');
  const intermediate = await mintAuthority('intermediate', { ca: root });
  const sibling = await mintAuthority('sibling', { ca: root });
  const { certificate, key } = await mintCertificate({
    ca: intermediate,
    commonName: 'apiserver',
    names: ['127.0.0.1'],
  });
  const open = async (sent: string, caPem: string) => {
    const server = createServer({ cert: sent, key, ALPNProtocols: ['http/1.1'] }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const socket = await openSocket(
      { server: address, caPem, insecureSkipTlsVerify: false },
      { allowLoopback: true },
    );
    socket.destroy();
  };
  const chain = certificate + intermediate.certificate;
  for (const sent of [certificate, chain]) await open(sent, intermediate.certificate);
  await open(chain, root.certificate);
  for (const sent of [certificate, chain]) {
    await expect(open(sent, sibling.certificate)).rejects.toMatchObject({
      reason: 'certificateUnknownAuthority',
    });
  }
});
