import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import type { Discovery } from './discovery.ts';
import { KeptDiscovery, type KeptDiscoveryTiming } from './kept-discovery.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A server that serves what `plurals` says, by etag, and whose watches are in the test's hands. */
async function keeping({
  mayWatch = true,
  timing = {},
}: { mayWatch?: boolean; timing?: Partial<KeptDiscoveryTiming> } = {}) {
  const served: { plurals: string[]; nonsense?: unknown } = { plurals: ['widgets'] };
  const watches: ServerResponse[] = [];
  const list = () => ({
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'x.io' },
        versions: [
          {
            version: 'v1',
            resources:
              served.nonsense ??
              served.plurals.map((resource) => ({ resource, scope: 'Namespaced', verbs: ['list'] })),
          },
        ],
      },
    ],
  });
  const byEtag = (request: IncomingMessage, response: ServerResponse, body: unknown) => {
    const etag = JSON.stringify(JSON.stringify(body).length);
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
    else sendJson(response, body, 200, { etag });
  };
  const server = await startFakeApiserver({
    handle: (request, response, { pathname, searchParams }) => {
      if (pathname === '/api') byEtag(request, response, { kind: 'APIGroupDiscoveryList', items: [] });
      else if (pathname === '/apis') byEtag(request, response, list());
      else if (!mayWatch) sendStatus(response, 403, 'Forbidden');
      else if (!searchParams.has('watch')) sendJson(response, { metadata: { resourceVersion: '1' } });
      else {
        response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
        if (pathname === crds) watches.push(response);
      }
    },
  });
  cleanups.push(server.close);
  const connection = server.connect();
  const event = () =>
    watches.at(-1)?.write('{"type":"ADDED","object":{"metadata":{"name":"x","resourceVersion":"2"}}}\n');
  const questions = () => server.requests.filter((line) => line === 'GET /apis').length;
  return {
    server,
    served,
    watches,
    event,
    questions,
    connection,
    kept: new KeptDiscovery(connection, timing),
  };
}

describe('KeptDiscovery', () => {
  it('asks nothing before it is used, then once for all who ask', async () => {
    const { server, kept, questions } = await keeping();
    await sleep(20);
    expect(server.requests).toEqual([]);
    const [one, two] = await Promise.all([kept.get(), kept.get()]);
    expect(one).toBe(two);
    expect(await kept.get()).toBe(one);
    expect(questions()).toBe(1);
  });

  it('asks again by etag when a definition changed, and tells of the difference', async () => {
    const { server, served, kept, watches, event, questions } = await keeping();
    const before = await kept.get();
    const told = vi.fn<(discovery: Discovery) => void>();
    kept.onChange(told);
    await expect.poll(() => watches).toHaveLength(1);
    event();
    await expect.poll(() => questions()).toBe(2);
    await sleep(50);
    // unchanged: answered without a body, told to nobody
    expect(server.headers.filter((headers) => headers['if-none-match'] !== undefined)).toHaveLength(2);
    expect(told).not.toHaveBeenCalled();
    expect(await kept.get()).toBe(before);
    // the server takes its time to serve what is defined: it is asked again without another event
    served.plurals = ['widgets', 'gadgets'];
    await expect.poll(() => told).toHaveBeenCalledOnce();
    expect((await kept.get()).find('x.io', 'gadgets')).toMatchObject({ plural: 'gadgets', namespaced: true });
    expect(told).toHaveBeenCalledWith(await kept.get());
  });

  it('asks by the clock where it may not watch, and tells what is gone', async () => {
    const { served, kept } = await keeping({ mayWatch: false, timing: { pollMs: 50 } });
    await kept.get();
    const told = vi.fn<(discovery: Discovery) => void>();
    kept.onChange(told);
    served.plurals = [];
    await expect.poll(() => told).toHaveBeenCalledOnce();
    expect((await kept.get()).find('x.io', 'widgets')).toBeUndefined();
  });

  it('asks at once for what is missing, but not more often than is good', async () => {
    const { served, kept, questions } = await keeping({ timing: { renewMs: 100 } });
    await kept.get();
    served.plurals = ['widgets', 'gadgets'];
    expect((await kept.renew()).find('x.io', 'gadgets')).toBeUndefined();
    expect(questions()).toBe(1);
    await sleep(120);
    expect((await kept.renew()).find('x.io', 'gadgets')).toBeDefined();
    await kept.renew();
    expect(questions()).toBe(2);
  });

  it('leaves the cluster alone when nobody uses it, and looks again when somebody does', async () => {
    const { server, served, kept, watches } = await keeping({ timing: { pollMs: 30, idleMs: 60 } });
    const stop = kept.onChange(() => undefined);
    await kept.get();
    await expect.poll(() => watches).toHaveLength(1);
    await sleep(200);
    // somebody listens
    expect(kept.following).toBe(true);
    stop();
    await expect.poll(() => kept.following).toBe(false);
    await sleep(50);
    const before = server.requests.length;
    await sleep(200);
    expect(server.requests).toHaveLength(before);
    expect(watches[0]?.destroyed).toBe(true);
    served.plurals = [];
    await kept.get();
    await expect.poll(async () => (await kept.get()).resources).toEqual([]);
  });

  it('keeps what it knows while the cluster is away', async () => {
    const { server, kept, connection } = await keeping({ timing: { pollMs: 30, renewMs: 0 } });
    const known = await kept.get();
    await server.close();
    cleanups.length = 0;
    expect(await kept.get()).toBe(known);
    await expect(kept.renew()).rejects.toMatchObject({ name: 'KubeError' });
    await connection.close();
    expect(kept.following).toBe(false);
  });
});

it('what turns into nonsense stays as it was known, until it is right again', async () => {
  const { served, kept } = await keeping({ timing: { renewMs: 0 } });
  expect((await kept.get()).find('x.io', 'widgets')).toBeDefined();
  served.nonsense = 'nonsense';
  const then = await kept.renew();
  expect(then.find('x.io', 'widgets')).toBeDefined();
  expect(then.isBroken('x.io')).toBe(true);
  expect((await kept.renew()).find('x.io', 'widgets')).toBeDefined();
  delete served.nonsense;
  served.plurals = ['gadgets'];
  const after = await kept.renew();
  expect(after.find('x.io', 'widgets')).toBeUndefined();
  expect(after.broken).toEqual([]);
});
