import { afterEach, expect, it } from 'vitest';
import { sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { readChecks } from './read-checks.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function answering(status: number, text: string) {
  const server = await startFakeApiserver({
    handle: (_request, response) =>
      status === 403
        ? sendStatus(response, 403, 'Forbidden')
        : void response.writeHead(status, { 'content-type': 'text/plain' }).end(text),
  });
  cleanups.push(server.close);
  return { server, connection: server.connect() };
}

it('reads what has failed where the apiserver is not ready', async () => {
  // as an apiserver 1.36 says it whose etcd is gone
  const text = `[+]ping ok
[-]etcd failed: reason withheld
[+]poststarthook/start-apiserver-admission-initializer ok
readyz check failed
`;
  const { server, connection } = await answering(500, text);
  expect(await readChecks(connection)).toEqual([
    { name: 'ping', ok: true, detail: '' },
    { name: 'etcd', ok: false, detail: 'reason withheld' },
    { name: 'poststarthook/start-apiserver-admission-initializer', ok: true, detail: '' },
  ]);
  expect(server.requests).toEqual(['GET /readyz?verbose=']);
});

it('who may not ask, or is told something else, is told no checks', async () => {
  const refused = await answering(403, '');
  await expect(readChecks(refused.connection)).rejects.toMatchObject({ status: 403 });
  const other = await answering(500, '<html>\u001b[31m[+]no check</html>');
  await expect(readChecks(other.connection)).rejects.toMatchObject({ reason: 'notAnApiserver' });
});
