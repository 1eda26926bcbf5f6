import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../log.ts';
import { databaseContent } from '../../testing/database-content.ts';
import { deadKubeconfig } from '../../testing/kubeconfig.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { figures } from './usage-query.ts';

const canary = 'canary-91c4-of-a-token';
const path = '/clusters/here/prometheus';
let api: TestApi;
let logged = '';
const answers: string[] = [];

interface Asked {
  headers: IncomingHttpHeaders;
  query: URLSearchParams;
}
const closing: (() => void)[] = [];

/** A server that answers as Prometheus does: 1, 2, 3… of each figure that is asked for, at the first and the last step. */
async function startPrometheus(answer?: RequestListener): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const query = new URLSearchParams(body);
      asked.push({ headers: request.headers, query });
      if (answer !== undefined) return answer(request, response);
      const names = figures.filter((name) => query.get('query')?.includes(`"${name}"`));
      const result = names.map((figure) => ({
        metric: { figure },
        values: ['start', 'end'].map((end) => [Number(query.get(end)), String(figures.indexOf(figure) + 1)]),
      }));
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

beforeAll(async () => {
  const log = createLogger('trace', { write: (line: string) => void (logged += line) });
  api = await startTestApi({ config: { allowLoopbackClusters: true }, log });
  await api.admin.post('/clusters', { name: 'here', kubeconfig: deadKubeconfig() });
});
beforeEach(() => api.admin.delete(path));
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => api?.stop());

async function set(body: { url: string; token?: string | null }) {
  const answer = await api.admin.put(path, body);
  answers.push(JSON.stringify(answer.body));
  return answer;
}
const stored = async () => {
  const { body } = await api.admin.get(path);
  answers.push(JSON.stringify(body));
  return body.prometheus;
};

test('it is asked before it is stored; its token is told to nobody but itself', async () => {
  const { url, asked } = await startPrometheus();
  expect(await set({ url, token: canary })).toMatchObject({ status: 200 });
  expect(asked.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${canary}`]);
  expect(await stored()).toEqual({ url, hasToken: true });
  expect((await api.admin.get('/clusters/here')).body.hasPrometheus).toBe(true);

  const audit = await api.admin.get('/audit?code=cluster.setPrometheus');
  answers.push(JSON.stringify(audit.body));
  expect(JSON.stringify(audit.body)).toContain(url);
  expect(await databaseContent(api.database.url)).not.toContain(canary);
  expect(answers.join('')).not.toContain(canary);
  expect(logged).not.toContain(canary);
});

test('a stored token stays with its address and goes nowhere else', async () => {
  const [first, second] = [await startPrometheus(), await startPrometheus()];
  await set({ url: first.url, token: canary });
  await set({ url: first.url });
  expect(first.asked.at(-1)?.headers.authorization).toBe(`Bearer ${canary}`);
  await set({ url: `${first.url}/below` });
  expect(first.asked.at(-1)?.headers.authorization).toBeUndefined();
  await set({ url: first.url, token: canary });
  await set({ url: second.url });
  expect(second.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  expect(await stored()).toEqual({ url: second.url, hasToken: false });
  await set({ url: first.url });
  expect(first.asked.at(-1)?.headers.authorization).toBeUndefined();
  await set({ url: first.url, token: canary });
  await set({ url: first.url, token: null });
  expect(await stored()).toEqual({ url: first.url, hasToken: false });
});

test.each([
  ['a redirect', 302, 'notPrometheus'],
  ['who does not accept the token', 401, 'unauthorized'],
  ['who answers with errors', 500, 'serverError'],
])('%s is refused, and what was stored stays', async (_what, status, reason) => {
  const good = await startPrometheus();
  await set({ url: good.url, token: canary });
  const bad = await startPrometheus((_request, response) => {
    response.writeHead(status, { location: good.url }).end('something inside');
  });
  const answer = await set({ url: bad.url });
  expect([answer.status, answer.body.error.code, answer.body.error.params]).toEqual([
    502,
    'prometheusUnavailable',
    { reason },
  ]);
  expect(JSON.stringify(answer.body)).not.toContain('something inside');
  expect(await stored()).toEqual({ url: good.url, hasToken: true });
});

test.each([
  'ftp://a',
  'http://',
  'http://me:secret@a/',
  'http://a/?query=x',
  'http://a/#x',
  'http://[::',
  'a',
])('%s is no address', async (url) => {
  expect(await set({ url })).toMatchObject({ status: 400, body: { error: { field: 'body.url' } } });
});

test('where no cluster may be, no Prometheus may', async () => {
  const { url, asked } = await startPrometheus();
  const strict = await startTestApi();
  try {
    await strict.admin.post('/clusters', {
      name: 'here',
      kubeconfig: deadKubeconfig().replace('127.0.0.1', '10.255.255.1'),
    });
    for (const address of [url, 'http://169.254.169.254/', 'http://[fd00:ec2::254]/'])
      expect(await strict.admin.put(path, { url: address })).toMatchObject({
        status: 502,
        body: { error: { params: { reason: 'addressForbidden' } } },
      });
  } finally {
    await strict.stop();
  }
  expect(asked).toEqual([]);
});

test('charts come from it, of single pods too', async () => {
  const { url, asked } = await startPrometheus();
  await set({ url });
  const { status, body } = await api.admin.get('/clusters/here/usage/core/pods/shop/p?resolution=300');
  expect([status, body.source, body.keeps]).toEqual([200, 'prometheus', true]);
  const range = (name: string) => Number(asked.at(-1)?.query.get(name));
  expect(range('query')).toBeNaN();
  // a value is of the five minutes before it
  expect(range('start')).toBe(Date.parse(body.start) / 1000 + 300);
  expect([range('step'), body.points.length]).toEqual([300, 7 * 288]);
  expect([body.points[0], body.points.at(-1)]).toEqual(
    Array.from({ length: 2 }, () => [1, 2, 3, 4, 5, 6, 7, 8]),
  );
  expect(body.points.slice(1, -1).every((point: unknown) => point === null)).toBe(true);
  const minutes = await api.admin.get('/clusters/here/usage/core/nodes/_/n1');
  expect(minutes.body.points[0]).toEqual([1, 1, 3, 3, 5, 6, 7, 8]);
});

test('while it does not answer its reason is told, and without it charts are ours again', async () => {
  const { url } = await startPrometheus();
  await set({ url });
  for (const close of closing.splice(0)) close();
  const usage = () => api.admin.get('/clusters/here/usage/core/namespaces/_/shop');
  expect(await usage()).toMatchObject({ status: 502, body: { error: { params: { reason: 'refused' } } } });
  expect(await api.admin.delete(path)).toMatchObject({ status: 204 });
  expect(await usage()).toMatchObject({ status: 200, body: { source: 'metricsServer', keeps: false } });
  expect(await stored()).toBeNull();
});

test('who sees the use of a namespace sees it from Prometheus, and neither where that is nor another namespace', async () => {
  const { url, asked } = await startPrometheus();
  await set({ url, token: canary });
  const scope = { kind: 'namespace', cluster: 'here', namespace: 'shop' } as const;
  const dev = await api.signUp('dev', [{ role: 'developer', scope }]);
  expect((await dev.get('/clusters/here/usage/core/namespaces/_/shop')).status).toBe(200);
  const before = asked.length;
  for (const other of ['core/namespaces/_/other', 'core/pods/other/p', 'core/nodes/_/n1'])
    expect((await dev.get(`/clusters/here/usage/${other}`)).status).toBe(403);
  expect((await dev.get(path)).status).toBe(403);
  expect((await dev.put(path, { url: 'http://10.0.0.1/' })).status).toBe(403);
  expect(asked).toHaveLength(before);
});
