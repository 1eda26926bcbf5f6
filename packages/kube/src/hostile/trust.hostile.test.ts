// Depends on: packages/kube, packages/kinds, tools/start/node-flags.mjs, tools/control-plane/src/certificates.ts
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
    ['a certificate that has expired', 'certificateExpired', /valid from \d{4}-.* to \d{4}-.*; it is \d{4}-/],
    ['a certificate that is not valid yet', 'certificateNotYetValid', /valid from \d{4}-.* to \d{4}-/],
    [
      'a certificate for another name',
      'certificateWrongName',
      /10\.9\.8\.7.*other\.example; wanted is 127\.0\.0\.1/,
    ],
    ['a certificate for no name at all', 'certificateWrongName', /no name .*; wanted is 127\.0\.0\.1/],
    ['a certificate of another authority', 'certificateUnknownAuthority'],
    ['a certificate of another authority with the same name', 'certificateUnknownAuthority'],
    ['a certificate that signed itself', 'certificateUnknownAuthority'],
    ['TLS 1.1', 'tls', /speaks TLS 1\.2 and 1\.3, the server TLS 1\.1/],
  ])('%s is told nothing, not by a request, a stream or a shell', async (attack, reason, said = /./) => {
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
    for (const error of outcome) expect(error?.message).toMatch(said);
    const { requests, connections } = await server.seen();
    expect(requests).toEqual([]);
    expect(connections).toBeGreaterThan(0);
  });
});
