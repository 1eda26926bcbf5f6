import { once } from 'node:events';
import { expect, it } from 'vitest';
import { openPortForward } from '../streams/open-port-forward.ts';
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
])('a port forward whose server sends %s fails, by name', async (attack, reason) => {
  const server = await startHostile(attack);
  await underAttack(async () => {
    const connection = server.connect({ timeoutMs: 1500 });
    const stream = await openPortForward(connection, { namespace: 'demo', pod: 'web', port: 80 });
    const failed = once(stream, 'error');
    stream.resume();
    const [error] = await failed;
    expect(error).toMatchObject({ name: 'KubeError', reason });
    expect(String(error)).not.toContain('canary');
    await connection.close();
    await expect.poll(async () => (await server.seen()).openSockets).toBe(0);
  });
});
