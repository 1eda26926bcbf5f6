import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { needsRealNode } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestUser } from '../testing/test-api.ts';
import { knock, openStream, ticketUrl, type Place } from './testing/stream-client.ts';
import { startStreamWorld, type StreamWorld } from './testing/stream-world.ts';

const namespace = 'streams-door';
const idle = 'sleep 3600';
let world: StreamWorld;
let developer: TestUser;

beforeAll(async () => {
  const started = await startStreamWorld(namespace, { one: idle, two: idle });
  if (started === undefined) return;
  world = started;
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  developer = await world.api.signUp('developer', [{ role: 'developer', scope }]);
});
afterAll(() => world?.stop());

beforeEach(needsRealNode);

/** As it stands: fetch would tidy the path up. */
async function rawGet(path: string): Promise<number> {
  const headers = { authorization: `Bearer ${world.api.admin.token}` };
  const asking = request(world.api.url, { path: `/api/v1${path}`, headers }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

const ticketFor = (purpose: string, place: Partial<Place> = {}) =>
  ticketUrl(developer, { purpose, ...place });

async function refusals(code: string) {
  const answer = await world.api.admin.get(`/audit?code=${code}`);
  return answer.body.items as { user: string | null; reason: string; outcome: string; name: string | null }[];
}

test.for([
  ['absent', {}],
  ['null', { origin: 'null' }],
  ['foreign', { origin: 'https://evil.example' }],
  ['another port', { origin: 'http://127.0.0.1:1' }],
  ['no origin but a referer', { referer: 'http://127.0.0.1' }],
])(
  'an Origin that is %s is refused before the upgrade, and the ticket stays good',
  async ([, headers], { expect }) => {
    const url = await ticketFor('log', world.place('one'));
    expect(await knock(world.api.url, url, headers as Record<string, string>)).toEqual({
      status: 403,
      code: 'foreignOrigin',
    });
    expect(await knock(world.api.url, url)).toHaveProperty('stream');
    expect((await refusals('origin.refused'))[0]).toMatchObject({
      outcome: 'refused',
      reason: 'foreignOrigin',
    });
  },
);

test('a ticket works once', async () => {
  const url = await ticketFor('log', world.place('one'));
  expect(await knock(world.api.url, url)).toHaveProperty('stream');
  expect(await knock(world.api.url, url)).toEqual({ status: 401, code: 'badTicket' });
  expect((await refusals('ticket.redeem'))[0]).toMatchObject({
    user: 'developer',
    reason: 'badTicket',
    name: 'one',
  });
});

test('of many who try a ticket at once, one gets in', async () => {
  const url = await ticketFor('log', world.place('one'));
  const answers = await Promise.all(Array.from({ length: 8 }, () => knock(world.api.url, url)));
  expect(answers.filter((answer) => 'stream' in answer)).toHaveLength(1);
});

test('an old ticket and an invented one are worth nothing', async () => {
  const url = await ticketFor('log', world.place('one'));
  await world.api.container.database.prisma.ticket.updateMany({ data: { expiresAt: new Date() } });
  expect(await knock(world.api.url, url)).toEqual({ status: 401, code: 'badTicket' });
  expect(await knock(world.api.url, '/api/v1/exec?ticket=invented')).toEqual({
    status: 401,
    code: 'badTicket',
  });
  expect(await knock(world.api.url, '/api/v1/exec')).toEqual({ status: 401, code: 'badTicket' });
});

test.for<[name: string, from: string, to: string]>([
  ['another pod', 'pod=one', 'pod=two'],
  ['another container', 'container=main', 'container=other'],
  ['another cluster', 'cluster=here', 'cluster=there'],
  ['another namespace', `namespace=${namespace}`, 'namespace=kube-system'],
  ['another purpose', '/log?', '/exec?'],
  ['a place unnamed', '&container=main', ''],
])('a ticket stolen for %s is refused and gone', async ([, from, to], { expect }) => {
  const url = await ticketFor('log', world.place('one'));
  expect(await knock(world.api.url, url.replace(from, to))).toEqual({ status: 403, code: 'ticketMismatch' });
  expect(await knock(world.api.url, url)).toEqual({ status: 401, code: 'badTicket' });
  expect((await refusals('ticket.redeem'))[1]).toMatchObject({ user: 'developer', reason: 'ticketMismatch' });
});

test('a ticket for a socket is no ticket for a download', async () => {
  const url = new URL(await ticketFor('log', world.place('one')), world.api.url);
  const download = `${world.api.url}/api/v1/downloads?ticket=${url.searchParams.get('ticket')}`;
  expect((await fetch(download)).status).toBe(403);
  expect((await fetch(download)).status).toBe(401);
});

test('a ticket does not outlive its session', async () => {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  const leaver = await world.api.signUp('leaver', [{ role: 'developer', scope }]);
  const url = await ticketUrl(leaver, { purpose: 'exec', ...world.place('one') });
  await leaver.post('/auth/logout', undefined, { headers: { origin: world.api.url } });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await knock(world.api.url, url)).toEqual({ status: 401, code: 'sessionEnded' });
});

test('no ticket for what is not granted, signed in or not', async () => {
  for (const purpose of ['log', 'exec']) {
    const elsewhere = { ...world.place('one'), namespace: 'kube-system' };
    expect((await developer.post('/tickets', { purpose, ...elsewhere })).status).toBe(403);
    const unknown = { ...world.place('one'), cluster: 'no-such' };
    expect((await developer.post('/tickets', { purpose, ...unknown })).status).toBe(403);
    expect((await world.api.anonymous.post('/tickets', { purpose, ...world.place('one') })).status).toBe(401);
  }
});

test('names that are paths are refused before anything leaves for the cluster', async () => {
  const audited = await world.auditedFromNow();
  const names = [
    '../../kube-system/pods/x',
    '..',
    '.',
    '%2e%2e',
    'a?b',
    'a#b',
    '',
    'x'.repeat(300),
    'a/b',
    'a\u0000',
  ];
  for (const name of names) {
    for (const field of ['pod', 'namespace', 'container', 'cluster']) {
      const answer = await world.api.admin.post('/tickets', {
        purpose: 'exec',
        ...world.place('one'),
        [field]: name,
      });
      expect([field, name, answer.status]).toEqual([field, name, 400]);
    }
    // as it is, where HTTP can say it, and encoded
    for (const written of [name.replace('\u0000', '%00'), encodeURIComponent(name)]) {
      const status = await rawGet(`/clusters/here/k8s/core/pods/${namespace}/${written}/log`);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  const streamed = /\/(streams-door|kube-system)\/.*(exec|log)\b|pods\/x/;
  const strange = (await audited()).filter(({ requestURI }) => streamed.test(requestURI));
  expect(strange).toEqual([]);
});

test('an unknown path and a plain request are answered in HTTP', async () => {
  expect(await knock(world.api.url, '/api/v1/other')).toEqual({ status: 404, code: 'notFound' });
  expect((await fetch(`${world.api.url}/api/v1/exec`)).status).toBe(404);
});

test.for([
  ['no JSON', '{'],
  ['an unknown field', '{"type":"start","evil":true}'],
  ['an unknown type', '{"type":"shutdown"}'],
  ['binary', Buffer.from('x')],
  ['a foreign cursor', '{"type":"start","cursor":"../../x"}'],
])('%s ends only this stream', async ([, data], { expect }) => {
  const other = await openStream(developer, 'log', world.place('two'));
  const stream = await openStream(developer, 'log', world.place('one'));
  stream.socket.send(data as string);
  await expect.poll(() => stream.end).toMatchObject({ reason: 'protocol' });
  expect(other.end).toBeUndefined();
});

test('a message that is too large closes the connection', async () => {
  const stream = await openStream(developer, 'log', world.place('one'));
  stream.socket.send('x'.repeat(1024 * 1024));
  await expect.poll(() => stream.socket.readyState).toBe(stream.socket.CLOSED);
});
