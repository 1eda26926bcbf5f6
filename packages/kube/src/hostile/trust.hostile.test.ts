import { describe, expect, it } from 'vitest';
import { startHostile } from '../testing/hostile-server.ts';
import { underAttack } from '../testing/under-attack.ts';
import { openExec } from '../streams/open-exec.ts';
import { fixedPaths } from '../transport/api-path.ts';
import type { KubeError } from '../transport/kube-error.ts';

const target = {
  namespace: 'demo',
  pod: 'web',
  container: 'app',
  command: ['sh'],
  tty: true,
  stdin: true,
};

describe('a server that shows', () => {
  it.each([
    ['a certificate that has expired', 'certificateExpired'],
    ['a certificate that is not valid yet', 'certificateNotYetValid'],
    ['a certificate for another name', 'certificateWrongName'],
    ['a certificate for no name at all', 'certificateWrongName'],
    ['a certificate of another authority', 'certificateUnknownAuthority'],
    ['a certificate of another authority with the same name', 'certificateUnknownAuthority'],
    ['a certificate that signed itself', 'certificateUnknownAuthority'],
    ['TLS 1.1', 'tls'],
  ])('%s is told nothing, not by a request, a stream or a shell', async (attack, reason) => {
    const server = await startHostile(attack);
    const { outcome } = await underAttack(async () => {
      const connection = server.connect();
      const version = { path: fixedPaths.version };
      const calls = [connection.json(version), connection.stream(version), openExec(connection, target)];
      const results = await Promise.allSettled(calls);
      await connection.close();
      return results.map((result) =>
        result.status === 'rejected' ? (result.reason as KubeError) : undefined,
      );
    });
    expect(outcome.map((error) => error?.reason)).toEqual([reason, reason, reason]);
    const { requests, connections } = await server.seen();
    expect(requests).toEqual([]);
    expect(connections).toBeGreaterThan(0);
  });
});
