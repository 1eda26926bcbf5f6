import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadKubeconfig } from '../testing/kubeconfig.ts';
import { startTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
let spa: string;
const metricsToken = 'a-token-for-metrics-only';

beforeAll(async () => {
  spa = await mkdtemp(path.join(tmpdir(), 'pilothouse-spa-'));
  await mkdir(path.join(spa, 'assets'));
  await writeFile(path.join(spa, 'index.html'), '<!doctype html><title>Pilothouse</title>');
  await writeFile(path.join(spa, 'assets', 'app-1a2b3c.js'), 'export {}');
  await writeFile(path.join(spa, 'assets', 'app-1a2b3c.js.br'), brotliCompressSync('export {}'));
  await writeFile(path.join(spa, 'assets', 'app-1a2b3c.js.gz'), gzipSync('export {}'));
  api = await startTestApi({
    config: { allowLoopbackClusters: true, trustedProxies: ['loopback'], metricsToken },
    spaFolder: spa,
  });
  await api.admin.post('/clusters', { name: 'dead', kubeconfig: deadKubeconfig() });
});
afterAll(async () => {
  await api?.stop();
  await rm(spa, { recursive: true, force: true });
});

describe('a bad request', () => {
  test.each([
    ['that is no JSON', '{"username":', 400, 'malformedJson'],
    ['that is no object', '[]', 400, 'invalidField'],
    ['that is null', 'null', 400, 'invalidField'],
    ['of the wrong types', '{"username":1,"password":{}}', 400, 'invalidField'],
    [
      'beyond the limit',
      JSON.stringify({ username: 'x'.repeat(20_000), password: 'x' }),
      413,
      'bodyTooLarge',
    ],
    ['that nests deep', '['.repeat(5000) + ']'.repeat(5000), 400, 'malformedJson'],
  ])('%s is refused with its code', async (_what, body, status, code) => {
    const answer = await api.anonymous.send('POST', '/auth/login', { body });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.requestId).toBe(answer.headers.get('x-request-id'));
  });

  test('names every field that is wrong, and where', async () => {
    const { body } = await api.admin.post('/clusters', { name: 'Not A Label', timeoutMs: 1, extra: true });
    expect(body.error.fields.map((problem: { field: string }) => problem.field).toSorted()).toEqual([
      'body.extra',
      'body.kubeconfig',
      'body.name',
      'body.timeoutMs',
    ]);
  });

  test.each([
    ['/users?page=0', 'query.page'],
    ['/users?pageSize=501', 'query.pageSize'],
    ['/users?pageSize=1e9', 'query.pageSize'],
    ['/users?page=1&page=2', 'query.page'],
    ['/users?limit=5', 'query.limit'],
    ['/users?__proto__=x', 'query.__proto__'],
    ['/users?sort[]=x', 'query.sort[]'],
  ])('%s names the field', async (url, field) => {
    const { status, body } = await api.admin.get(url);
    expect([status, body.error.field]).toEqual([400, field]);
  });

  test('to what is not there is a 404, by another method a 405', async () => {
    expect((await api.admin.get('/nothing')).body.error.code).toBe('notFound');
    const { status, body } = await api.admin.delete('/users');
    expect([status, body.error.code, body.error.params]).toEqual([
      405,
      'methodNotAllowed',
      { method: 'DELETE' },
    ]);
  });
});

describe('a name that is a path', () => {
  // fetch would tidy these up before they leave
  function rawGet(target: string): Promise<{ status: number; body: string }> {
    const { hostname, port } = new URL(api.url);
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, path: `/api/v1${target}`, headers: { authorization: `Bearer ${api.admin.token}` } },
        (response) => {
          let body = '';
          response.on('data', (chunk) => (body += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        },
      );
      sent.on('error', reject).end();
    });
  }

  test.each([
    '../../kube-system/pods/x',
    '..%2f..%2fkube-system%2fpods%2fx',
    '%2e%2e',
    '..',
    '.',
    '%2e',
    'x%2fy',
    'x%5cy',
    'x%3fy',
    'x%23y',
    'x%00y',
    'x%0d%0aHost:evil',
    '%ff',
    '%',
    'x%252e',
    'é',
    'x'.repeat(300),
    '%20',
  ])('%s: 4xx before anything leaves', async (name) => {
    // the cluster does not answer: whatever leaves comes back as 502
    const { status } = await rawGet(`/clusters/dead/k8s/core/pods/default/${encodeURI(decodeSafely(name))}`);
    const raw = await rawGet(`/clusters/dead/k8s/core/pods/default/${name.replace('é', '%C3%A9')}`);
    for (const answered of [status, raw.status]) expect([400, 404, 405]).toContain(answered);
    const namespace = await rawGet(`/clusters/dead/k8s/core/pods/${name.replace('é', '%C3%A9')}/x`);
    expect([400, 404, 405]).toContain(namespace.status);
  });

  test('a good name leaves, which shows that the others did not', async () => {
    expect((await rawGet('/clusters/dead/k8s/core/pods/default/web-0')).status).toBe(502);
  });
});

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

describe('pages', () => {
  const page = (url: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}${url}`, { redirect: 'manual', headers: { accept: 'text/html', ...headers } });

  test('every page is index.html, never from a cache; what the build named by its hash is kept for ever', async () => {
    for (const url of ['/', '/clusters/dead/pods?namespace=a', '/login']) {
      const answer = await page(url);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(await answer.text()).toContain('<title>Pilothouse');
    }
    const asset = await page('/assets/app-1a2b3c.js');
    expect(asset.headers.get('cache-control')).toMatch(/max-age=31536000, immutable/);
    expect((await page('/assets/gone.js')).status).toBe(404);
  });

  test.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0', null],
  ])('a browser that takes %s is sent what the build has compressed: %s', async (accepted, encoding) => {
    const asset = await page('/assets/app-1a2b3c.js', { 'accept-encoding': accepted });
    expect(asset.headers.get('content-encoding')).toBe(encoding);
    expect(asset.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(asset.headers.get('cache-control')).toMatch(/immutable/);
    expect(asset.headers.get('vary')).toContain('Accept-Encoding');
    expect(await asset.text()).toBe('export {}');
  });

  test('what is no page is not index.html', async () => {
    const answer = await page('/api/v1/nothing');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      404,
      'application/json; charset=utf-8',
    ]);
    expect((await page('/favicon.ico', { accept: 'image/*' })).status).toBe(404);
  });

  test.each(['/..%2fpackage.json', '/assets/..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/package.json', '/.env'])(
    '%s gives nothing from outside the build',
    async (url) => {
      expect(await (await page(url)).text()).not.toMatch(/"name"|DATABASE/);
    },
  );

  test('scripts come from the platform only, inline ones never run, nobody frames it', async () => {
    const policy = (await page('/')).headers.get('content-security-policy') ?? '';
    const directives = Object.fromEntries(policy.split(';').map((part) => part.split(/ (.*)/s, 2)));
    expect(directives['script-src']).toBe("'self'");
    expect(directives['default-src']).toBe("'self'");
    expect(directives['object-src']).toBe("'none'");
    expect(directives['frame-ancestors']).toBe("'none'");
    expect(policy.match(/unsafe-\w+/g)).toEqual(['unsafe-inline']);
    expect(directives['style-src']).toContain('unsafe-inline');
  });

  test('localhost is sent to the address that is allowed as Origin, a foreign host is not', async () => {
    const { port } = new URL(api.url);
    const get = (host: string) =>
      new Promise<{ status: number | undefined; location: string | undefined }>((resolve) => {
        request(
          { port, host: '127.0.0.1', path: '/nodes?x=1', headers: { host, accept: 'text/html' } },
          (response) => {
            response.resume();
            resolve({ status: response.statusCode, location: response.headers.location });
          },
        ).end();
      });
    expect(await get(`localhost:${port}`)).toEqual({ status: 302, location: `${api.url}/nodes?x=1` });
    expect((await get('evil.example')).location).toBeUndefined();
  });
});

describe('metrics', () => {
  const scrape = (headers: Record<string, string>) => fetch(`${api.url}/metrics`, { headers });

  test('ask for their token and name routes, not objects', async () => {
    expect((await scrape({})).status).toBe(401);
    expect((await scrape({ authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await scrape({ authorization: `Bearer ${api.admin.token}` })).status).toBe(401);
    await api.admin.get('/clusters/dead');
    const answer = await scrape({ authorization: `Bearer ${metricsToken}` });
    const text = await answer.text();
    expect(text).toContain('process_cpu_user_seconds_total');
    expect(text).toMatch(/pilothouse_http_request_duration_seconds_count\{.*route="\/clusters\/:cluster"/);
    expect(text).not.toContain('/dead');
  });

  test('tell how clusters do, and how late the event loop is, since the last time', async () => {
    await api.admin.post('/clusters/dead/probe');
    const read = async () => (await scrape({ authorization: `Bearer ${metricsToken}` })).text();
    expect(await read()).toMatch(/pilothouse_cluster_errors_total\{cluster="dead",reason="refused"\} [1-9]/);
    // the clock needs a tick after the last reading before it can tell of a late one
    await new Promise((resolve) => setTimeout(resolve, 50));
    const until = performance.now() + 300;
    while (performance.now() < until);
    const most = (text: string) => Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [late, later] = [most(await read()), most(await read())];
    expect(late).toBeGreaterThan(0.25);
    expect(later).toBeLessThan(late);
  });
});

describe('the caller’s address', () => {
  test('is what a trusted proxy says of its neighbour, however much was put before it', async () => {
    await api.anonymous.post(
      '/auth/login',
      { username: 'proxied', password: 'x' },
      { headers: { 'x-forwarded-for': '203.0.113.66, 198.51.100.7' } },
    );
    const { body } = await api.admin.get('/audit?code=auth.login&pageSize=1');
    expect(body.items[0]).toMatchObject({ name: 'proxied', address: '198.51.100.7' });
  });
});

test('the OpenAPI document is for everybody', async () => {
  const { status, body } = await api.anonymous.get('/openapi.json');
  expect([status, body.openapi]).toEqual([200, '3.1.0']);
  expect(Object.keys(body.paths)).toContain('/clusters/{cluster}/k8s/{group}/{plural}');
});
