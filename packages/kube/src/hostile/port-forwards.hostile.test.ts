// Depends on: packages/kube, packages/kinds, tools/start/node-flags.mjs, tools/control-plane/src/certificates.ts
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openPortForward } from '../streams/open-port-forward.ts';
import { forwardedPort } from '../testing/attacks/shells.ts';
import { startHostile } from '../testing/hostile-server.ts';
import { underAttack } from '../testing/under-attack.ts';

it.each([
  ['an unknown channel', 'protocol'],
  ['a size', 'protocol'],
  ['nothing at all', 'protocol'],
  ['text', 'protocol'],
  ['a message of 16 MB', 'tooLarge'],
  ['a masked message', 'protocol'],
  ['a cut', 'unreachable'],
  ['a close with 1011', 'unreachable'],
  ['another port than was asked for', 'protocol'],
  ['once open, a channel more', 'protocol'],
  ['once open, nothing at all', 'protocol'],
  ['once open, text', 'protocol'],
  ['once open, a complaint of 900 KB', 'api'],
  ['once open, a close with 1011', 'unreachable'],
])('a port forward whose server sends %s fails, by name', async (attack, reason) => {
  const server = await startHostile(attack);
  await underAttack(async () => {
    const connection = server.connect({ timeoutMs: 1500 });
    const stream = await openPortForward(connection, { namespace: 'demo', pod: 'web', port: forwardedPort });
    const failed = once(stream, 'error');
    stream.resume();
    const [error] = await failed;
    expect(error).toMatchObject({ name: 'KubeError', reason });
    expect(String(error)).not.toContain('canary');
    expect(JSON.stringify(error).length).toBeLessThan(10_000);
    await connection.close();
    await expect.poll(async () => (await server.seen()).openSockets).toBe(0);
  });
});

it('data without end to one who reads slowly is held back', async () => {
  const server = await startHostile('once open, data without end');
  const { outcome } = await underAttack(async () => {
    const connection = server.connect({ timeoutMs: 1500 });
    const stream = await openPortForward(connection, { namespace: 'demo', pod: 'web', port: forwardedPort });
    let bytes = 0;
    stream.on('error', () => undefined);
    stream.on('data', (data: Buffer) => {
      bytes += data.length;
      stream.pause();
      setTimeout(() => stream.resume(), 200);
    });
    await sleep(2000);
    const held = stream.readableLength;
    await connection.close();
    return { bytes, held };
  });
  expect(outcome.bytes).toBeGreaterThan(0);
  expect(outcome.held).toBeLessThan(4 * 1024 * 1024);
});
