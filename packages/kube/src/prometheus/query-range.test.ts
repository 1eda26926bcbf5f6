import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { startFakeApiserver } from '../testing/fake-apiserver.ts';
import { queryRange } from './query-range.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serving(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const range = { query: 'up', start: 60, end: 180, step: 60 };
const asked = (url: string, { token = null as string | null, allowLoopback = true } = {}) =>
  queryRange({ url, token }, range, { addressPolicy: { allowLoopback } });
const answering =
  (result: unknown): RequestListener =>
  (_request, response) =>
    void response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));

test('values by series; what is no number is a gap', async () => {
  const url = await serving(
    answering([{ metric: { figure: 'cpu' }, values: [[60, '1.5'], [120, 'NaN'], [180, '+Inf'], 'odd'] }, 7]),
  );
  expect(await asked(url)).toEqual([{ labels: { figure: 'cpu' }, values: [[60, 1.5]] }]);
});

test('below a path, as a form, with the token', async () => {
  const requests: [IncomingMessage, string][] = [];
  const url = await serving((request, response) => {
    void text(request).then((body) => {
      requests.push([request, body]);
      answering([])(request, response);
    });
  });
  await asked(`${url}/prometheus/`, { token: 'secret' });
  await asked(url);
  expect(
    requests.map(([{ method, url: path, headers }, body]) => [method, path, headers.authorization, body]),
  ).toEqual([
    ['POST', '/prometheus/api/v1/query_range', 'Bearer secret', 'query=up&start=60&end=180&step=60'],
    ['POST', '/api/v1/query_range', undefined, 'query=up&start=60&end=180&step=60'],
  ]);
});

test.each([
  [301, 'notAnApiserver'],
  [307, 'notAnApiserver'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'notAnApiserver'],
  [422, 'tooLarge'],
  [503, 'serverError'],
])('%i is %s: nothing is followed, nothing of the body is told', async (status, reason) => {
  const followed: unknown[] = [];
  const elsewhere = await serving((request, response) => {
    followed.push(request.url);
    answering([])(request, response);
  });
  const url = await serving((_request, response) => {
    response
      .writeHead(status, { location: `${elsewhere}/api/v1/query_range` })
      .end('a secret of somebody else');
  });
  const error = await asked(url, { token: 'secret' }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ reason, status });
  expect(String(error)).not.toContain('somebody');
  expect(followed).toEqual([]);
});

test.each([
  ['http://169.254.169.254/latest', 'metadata'],
  ['http://[::ffff:169.254.169.254]/', 'embedded'],
  ['http://0x7f.1/', 'loopback'],
  ['https://127.0.0.1:1/', 'loopback'],
  ['http://localhost:1/', 'loopback'],
  ['http://0.0.0.0/', 'unspecified'],
])('%s is not connected to: %s', async (url, why) => {
  const error = await asked(url, { allowLoopback: false }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ reason: 'addressForbidden' });
  expect(String(error)).toContain(why);
});

test('an answer without an end, and one of too many pieces, are given up', async () => {
  const endless = await serving((_request, response) => {
    response.on('error', () => undefined);
    const more = () => {
      while (response.write(Buffer.alloc(64 * 1024, ' ')));
    };
    response.on('drain', more);
    more();
  });
  await expect(asked(endless)).rejects.toMatchObject({ reason: 'tooLarge' });
  const deep = await serving((_request, response) => void response.end('['.repeat(100_000)));
  await expect(asked(deep)).rejects.toMatchObject({ reason: 'tooLarge' });
});

test.each([
  ['HTML', '<html></html>'],
  ['an answer of another kind', '{"status":"success","data":{"resultType":"vector","result":[]}}'],
  ['compressed though nobody asked for that', '\u001f\u008b'],
])('%s is no Prometheus', async (_what, body) => {
  const url = await serving((_request, response) => void response.end(body));
  await expect(asked(url)).rejects.toMatchObject({ reason: 'notAnApiserver' });
});

test('a server that nobody vouches for gets no token', async () => {
  const server = await startFakeApiserver();
  closing.push(() => void server.close());
  await expect(asked(server.credential.server, { token: 'secret' })).rejects.toMatchObject({
    reason: 'certificateUnknownAuthority',
  });
  expect(server.requests).toEqual([]);
});

test('somebody who waits no longer ends it', async () => {
  const url = await serving(() => undefined);
  const over = new AbortController();
  const waiting = queryRange({ url, token: null }, range, {
    addressPolicy: { allowLoopback: true },
    signal: over.signal,
  });
  over.abort();
  await expect(waiting).rejects.toMatchObject({ reason: 'aborted' });
});
