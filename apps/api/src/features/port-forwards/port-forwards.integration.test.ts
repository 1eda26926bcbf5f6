import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { needsRealNode } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestClient } from '../../testing/test-client.ts';
import { startStreamWorld, type StreamWorld } from '../../ws/testing/stream-world.ts';

const namespace = 'port-forwards';
/** A page, one that tells what came with the request, and one that never ends. */
const serving = `mkdir -p /tmp/www/cgi-bin && cd /tmp/www && echo "hello from the pod" > index.html
printf '#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n"\\nenv\\n' > cgi-bin/env
printf '#!/bin/sh\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\nbegun"\\nsleep 600\\n' > cgi-bin/wait
chmod +x cgi-bin/* && httpd -f -p 8080 -h /tmp/www`;

let world: StreamWorld;
let admin: TestClient;

beforeAll(async () => {
  const started = await startStreamWorld(namespace, { web: serving });
  if (started === undefined) return;
  world = started;
  admin = world.api.admin;
}, 300_000);
afterAll(() => world?.stop());
beforeEach(needsRealNode);

const place = (change: object = {}) => ({ cluster: 'here', namespace, pod: 'web', port: 8080, ...change });
const refusal = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [
  status,
  body.error?.code,
];

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** As a browser asks: by the forward's host name, which resolves to this machine. */
async function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { host, pathname, search } = new URL(url);
  const { port } = new URL(world.api.url);
  const asked = request({
    host: '127.0.0.1',
    port,
    method,
    path: `${pathname}${search}`,
    headers: { host, ...headers },
  });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of answer) text += String(piece);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** Opens a forward and enters it: its page's address, and the cookie that the browser has then. */
async function enter(client: TestClient, change: object = {}) {
  const opened = await client.post('/port-forwards', place(change));
  expect(refusal(opened)).toEqual([201, undefined]);
  const { id, url } = opened.body as { id: string; url: string };
  const entered = await ask(url);
  expect([entered.status, entered.headers.location]).toEqual([303, '/']);
  const [set = ''] = entered.headers['set-cookie'] ?? [];
  expect(set).toMatch(/; HttpOnly; SameSite=Lax$/);
  expect(set).not.toContain('Domain');
  return { id, url, page: `${new URL(url).origin}/`, cookie: set.split(';', 1)[0] ?? '' };
}

test('a page that a Pod serves is seen under a host name of its own, after an entry that is good once', async () => {
  const { url, page, cookie } = await enter(admin);
  expect(new URL(url).hostname).toMatch(/^[-0-9a-f]{36}\.localhost$/);
  const seen = await ask(page, { cookie });
  expect([seen.status, seen.text]).toEqual([200, 'hello from the pod\n']);
  expect((await ask(`${page}absent`, { cookie })).status).toBe(404);
  // the same ticket again, and none
  expect((await ask(url)).status).toBe(401);
  for (const wrong of ['', `${cookie}x`, 'pilothouse-forward='])
    expect((await ask(page, { cookie: wrong })).status).toBe(401);
});

test('what the browser has of the platform does not reach the Pod; what it has of the Pod does', async () => {
  const { page, cookie } = await enter(admin);
  const { text } = await ask(`${page}cgi-bin/env`, {
    cookie: `${cookie}; pilothouse_refresh_8800=canary; theme=dark`,
    authorization: 'Bearer canary',
  });
  expect(text).toContain('HTTP_COOKIE=theme=dark\n');
  for (const secret of ['canary', cookie.split('=')[1] ?? '', 'Bearer']) expect(text).not.toContain(secret);
});

test('nothing of the platform answers there, and a forward’s cookie opens nothing else', async () => {
  const { page, cookie } = await enter(admin);
  const other = await enter(admin);
  for (const path of ['api/v1/auth/me', 'healthz', 'metrics'])
    expect((await ask(`${page}${path}`, { cookie })).text).not.toContain('"error"');
  expect((await ask(other.page, { cookie })).status).toBe(401);
  const { port } = new URL(world.api.url);
  for (const host of ['x.localhost', '01900000-0000-7000-8000-000000000000.localhost'])
    expect((await ask(`http://${host}:${port}/api/v1/auth/me`, { cookie })).status).toBe(401);
});

test('pages of other origins get nowhere, whatever cookie the browser sends along', async () => {
  const { page, cookie } = await enter(admin);
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    { origin: world.api.url },
    { origin: 'null' },
    { origin: 'http://evil.example' },
  ];
  for (const headers of foreign) expect((await ask(page, { cookie, ...headers }, 'POST')).status).toBe(403);
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', origin: 'http://evil.example' };
  expect((await ask(page, { cookie, ...upgrade })).status).toBe(403);
});

test('forwards are their owner’s: others neither see, enter nor stop them', async () => {
  const { id, page, cookie } = await enter(admin);
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  const other = await world.api.signUp('forward-other', [{ role: 'operator', scope }]);
  expect((await other.get('/port-forwards')).body).toEqual({ forwards: [] });
  expect((await other.post(`/port-forwards/${id}/entry`, {})).status).toBe(404);
  expect((await other.delete(`/port-forwards/${id}`)).status).toBe(404);
  const own = (await admin.get('/port-forwards')).body.forwards;
  expect(own).toContainEqual(expect.objectContaining({ id, pod: 'web', port: 8080 }));
  const again = await admin.post(`/port-forwards/${id}/entry`, {});
  expect(again.status).toBe(201);
  expect((await ask(again.body.url)).status).toBe(303);
  // whoever entered last is in
  expect((await ask(page, { cookie })).status).toBe(401);
  expect((await admin.delete(`/port-forwards/${id}`)).status).toBe(204);
  expect((await ask(page, { cookie })).status).toBe(401);
});

test('it is a write of its own: reading Pods, their logs and shells are not enough', async () => {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  const developer = await world.api.signUp('forward-developer', [{ role: 'developer', scope }]);
  expect(refusal(await developer.post('/port-forwards', place()))).toEqual([403, 'forbidden']);
  const elsewhere = { kind: 'namespace' as const, cluster: 'here', namespace: 'elsewhere' };
  const operator = await world.api.signUp('forward-elsewhere', [{ role: 'operator', scope: elsewhere }]);
  expect(refusal(await operator.post('/port-forwards', place()))).toEqual([403, 'forbidden']);
  for (const change of [{ pod: '../../kube-system/pods/x' }, { port: 0 }, { port: 65_536 }, { host: 'x' }])
    expect((await admin.post('/port-forwards', place(change))).status).toBe(400);
});

test('it ends within 5 s when the right does, what is under way as well', async () => {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  const operator = await world.api.signUp('forward-operator', [{ role: 'operator', scope }]);
  const { page, cookie } = await enter(operator);
  expect((await ask(page, { cookie })).status).toBe(200);
  // an answer that is never finished
  const { host } = new URL(page);
  const { port } = new URL(world.api.url);
  const asked = request({ host: '127.0.0.1', port, path: '/cgi-bin/wait', headers: { host, cookie } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const ended = once(answer, 'error');
  await once(answer, 'data');
  const { body } = await admin.get('/grants?pageSize=500');
  const grant = (body.items as { id: string; subject: { name: string } }[]).find(
    ({ subject }) => subject.name === 'forward-operator',
  );
  expect((await admin.delete(`/grants/${grant?.id}`)).status).toBe(204);
  await within(5000, () => ended);
  expect((await ask(page, { cookie })).status).toBe(401);
  expect((await operator.get('/port-forwards')).body).toEqual({ forwards: [] });
});

test('a port on which nothing listens is said in the cluster’s words', async () => {
  const { page, cookie } = await enter(admin, { port: 9 });
  const answer = await ask(page, { cookie });
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(answer.headers['content-type']).toContain('text/plain');
});

test('each connection to a Pod is a row of the audit, and of the cluster’s own', async () => {
  const audited = await world.auditedFromNow();
  const { page, cookie } = await enter(admin);
  await ask(page, { cookie });
  await ask(page, { cookie });
  const rows = async () => {
    const { body } = await admin.get('/audit?code=portForward.connect&pageSize=100');
    return body.items as { auditId: string; name: string; params: object }[];
  };
  const theirs = async () =>
    (await audited())
      .filter(({ requestURI }) => requestURI.includes('/portforward'))
      .map((row) => row.auditID);
  await expect.poll(async () => (await theirs()).length).toBeGreaterThan(0);
  const ours = new Map((await rows()).map((row) => [row.auditId, row]));
  for (const id of await theirs())
    expect(ours.get(id)).toMatchObject({ name: 'web', params: { port: 8080 } });
});
