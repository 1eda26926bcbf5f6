import { afterEach, describe, expect, it } from 'vitest';
import { probe } from './probe.ts';
import { sendJson, sendStatus, startFakeApiserver } from './testing/fake-apiserver.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Answer = [status: number, body: unknown];
async function probing(version: Answer, nodes: Answer) {
  const server = await startFakeApiserver({
    handle: (_request, response, url) => {
      const [status, body] = url.pathname === '/version' ? version : nodes;
      if (typeof body === 'string') sendStatus(response, status, body);
      else sendJson(response, body, status);
    },
  });
  cleanups.push(server.close);
  return probe(server.connect({ timeoutMs: 1000 }));
}

const version: Answer = [200, { major: '1', gitVersion: 'v1.36.3' }];

describe('probe', () => {
  it.each<[string, Answer, number | null]>([
    ['counts the rest of a page', [200, { items: [{}], metadata: { remainingItemCount: 41 } }], 42],
    ['counts a single node', [200, { items: [{}], metadata: {} }], 1],
    ['knows no number where nodes may not be listed', [403, 'Forbidden'], null],
  ])('%s', async (_what, nodes, count) => {
    expect(await probing(version, nodes)).toMatchObject({
      ok: true,
      reason: null,
      detail: null,
      version: 'v1.36.3',
      latencyMs: expect.any(Number),
      nodes: count,
    });
  });

  it.each<[string, Answer, Answer]>([
    ['unauthorized', [401, 'Unauthorized'], [401, 'Unauthorized']],
    ['unauthorized', version, [401, 'Unauthorized']],
    ['forbidden', [403, 'Forbidden'], [403, 'Forbidden']],
    ['serverError', version, [500, 'InternalError']],
    ['serverError', [503, {}], version],
    ['busy', [429, 'TooManyRequests'], version],
    ['busy', version, [429, 'TooManyRequests']],
    ['notAnApiserver', [200, { hello: 'world' }], version],
    ['notAnApiserver', [200, { gitVersion: 'nginx' }], version],
    ['notAnApiserver', [404, 'NotFound'], version],
  ])('%s', async (reason, versionAnswer, nodesAnswer) => {
    expect(await probing(versionAnswer, nodesAnswer)).toMatchObject({
      ok: false,
      reason,
      detail: expect.any(String),
    });
  });

  it('says that nobody is there', async () => {
    const server = await startFakeApiserver();
    await server.close();
    const connection = server.connect();
    cleanups.push(() => connection.close());
    expect(await probe(connection)).toMatchObject({
      ok: false,
      reason: 'refused',
      version: null,
      latencyMs: null,
    });
  });
});
