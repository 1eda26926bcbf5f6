import { once } from 'node:events';
import { Writable } from 'node:stream';
import { within } from '@pilothouse/testing';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LiveSessions } from '../../authz/live-sessions.ts';
import { bumpVersion, Versions } from '../../db/versions.ts';
import { databaseContent } from '../../testing/database-content.ts';
import { deadKubeconfig } from '../../testing/kubeconfig.ts';
import { startTestApi, type TestApi, type TestUser } from '../../testing/test-api.ts';
import type { TestAnswer, TestClient } from '../../testing/test-client.ts';
import { knock, openStream, ticketUrl } from '../../ws/testing/stream-client.ts';

let api: TestApi;
let shop: string;
let cart: string;
let desk: string;
let lines = '';

beforeAll(async () => {
  const log = pino(
    { level: 'trace' },
    new Writable({ write: (line, _, done) => done(void (lines += line)) }),
  );
  api = await startTestApi({ config: { allowLoopbackClusters: true }, log });
  const node = async (parent: string | null, name: string) =>
    (await api.admin.post('/tree', { parent, name, displayName: name })).body.id as string;
  shop = await node(await node(await node(null, 'acme'), 'games'), 'shop');
  [cart, desk] = [await node(shop, 'cart'), await node(shop, 'desk')];
  await api.admin.post('/clusters', { name: 'here', kubeconfig: deadKubeconfig() });
});
afterAll(() => api?.stop());

const refusal = ({ status, body }: TestAnswer) => [status, body.error?.code];
const at = (node: string) => ({ kind: 'tree', node }) as const;
const operatorOf = (name: string, node = shop) => api.signUp(name, [{ role: 'operator', scope: at(node) }]);

async function create(maker: TestClient, scopes: object[], more: object = {}): Promise<TestAnswer> {
  return maker.post('/account/tokens', { name: 'ci', scopes, expiresInSeconds: 3600, ...more });
}
async function made(maker: TestClient, ...scopes: object[]): Promise<{ id: string; client: TestClient }> {
  const { status, body } = await create(maker, scopes);
  expect([status, body.error]).toEqual([201, undefined]);
  return { id: body.token.id, client: api.anonymous.as(body.secret) };
}
const read = (client: TestClient, application: string) => client.get(`/applications/${application}`);

describe('a token', () => {
  test('does what its scope says and no more, and its maker’s own rights stay as they are', async () => {
    const maker = await operatorOf('narrow');
    const { client } = await made(maker, { role: 'developer', scope: at(cart) });
    expect((await read(client, cart)).status).toBe(200);
    expect(refusal(await read(client, desk))).toEqual([403, 'forbidden']);
    const update = { version: 0, spec: { container: {}, pod: {} }, rollOut: 'all' };
    expect(refusal(await client.put(`/applications/${cart}`, update))).toEqual([403, 'forbidden']);
    expect(refusal(await client.get('/users'))).toEqual([403, 'forbidden']);
    expect((await maker.put(`/applications/${cart}`, update)).status).toBe(200);
    const visible = (await client.get('/applications')).body.applications;
    expect(visible.map(({ id }: { id: string }) => id)).toEqual([cart]);
    const me = await client.get('/auth/me');
    expect(me.body).toMatchObject({
      user: { username: 'narrow' },
      grants: [{ role: 'developer', domain: `tree:${cart}` }],
    });
  });

  test.each([
    ['another’s tree', 'operator', () => at(desk), 'roleEscalation'],
    ['a wider tree', 'operator', () => at(shop), 'roleEscalation'],
    ['a wider role', 'platform-admin', () => at(cart), 'roleEscalation'],
    ['everywhere', 'operator', () => ({ kind: 'all' }), 'roleEscalation'],
    ['a cluster', 'viewer', () => ({ kind: 'cluster', cluster: 'here' }), 'roleEscalation'],
    ['no such role', 'absent', () => at(cart), 'invalidField'],
    ['no such node', 'operator', () => at('01900000-0000-7000-8000-000000000000'), 'roleEscalation'],
  ])('is not made for %s', async (what, role, scope, code) => {
    const maker = await operatorOf(`wider-${what.replaceAll(/[^a-z]/g, '')}`, cart);
    const { status, body } = await create(maker, [
      { role: 'developer', scope: at(cart) },
      { role, scope: scope() },
    ]);
    expect([status, body.error.code, body.error.field]).toEqual([
      code === 'invalidField' ? 400 : 403,
      code,
      'body.scopes.1.role',
    ]);
  });

  test('makes no token, kubeconfig, user or password, whatever its scope', async () => {
    const { client } = await made(api.admin, { role: 'platform-admin', scope: { kind: 'all' } });
    const scopes = [{ role: 'viewer', scope: { kind: 'all' } }];
    const kubeconfig = { name: 'x', namespace: 'shop', access: 'view', expiresInSeconds: 3600 };
    const password = { currentPassword: 'a', newPassword: 'b' };
    for (const answer of [
      await create(client, scopes),
      await client.get('/account/tokens'),
      await client.post('/clusters/here/kubeconfigs', kubeconfig),
      await client.post('/users', { username: 'made-by-token', displayName: 'x' }),
      await client.post('/users/admin/password', undefined),
      await client.post('/auth/password', password),
    ])
      expect(refusal(answer)).toEqual([403, 'sessionRequired']);
    const { prisma } = api.container.database;
    const where = { reason: 'sessionRequired', outcome: 'refused' };
    // the list is no change
    expect(await prisma.auditEvent.count({ where })).toBe(5);
  });

  test('is worth what its maker is at that moment', async () => {
    const maker = await operatorOf('shrinks');
    const { client } = await made(maker, { role: 'operator', scope: at(cart) });
    const { body } = await api.admin.get('/grants?user=shrinks');
    await api.admin.post('/grants', {
      subject: { kind: 'user', user: 'shrinks' },
      role: 'developer',
      scope: at(cart),
    });
    expect((await read(client, cart)).status).toBe(200);
    const pause = () =>
      client.put(`/applications/${cart}/instances/01900000-0000-7000-8000-000000000000/paused`, {
        paused: true,
      });
    expect((await pause()).status).toBe(404);
    expect((await api.admin.delete(`/grants/${body.items[0].id}`)).status).toBe(204);
    expect(refusal(await pause())).toEqual([403, 'forbidden']);
    expect((await read(client, cart)).status).toBe(200);
    await api.admin.patch('/users/shrinks', { disabled: true });
    expect(refusal(await read(client, cart))).toEqual([401, 'sessionEnded']);
  });

  test('ends when it is revoked, by its maker or by who may, and its streams with it', async () => {
    const maker = await operatorOf('revokes');
    const [own, foreign] = [
      await made(maker, { role: 'operator', scope: at(cart) }),
      await made(maker, { role: 'operator', scope: at(cart) }),
    ];
    const stream = await openStream(own.client, 'live');
    const ended = once(stream.socket, 'close');
    const spare = await ticketUrl(own.client, { purpose: 'live' });
    const other = await operatorOf('revokes-not');
    expect(refusal(await other.delete(`/account/tokens/${own.id}`))).toEqual([404, 'notFound']);
    expect(refusal(await other.delete(`/tokens/${own.id}`))).toEqual([403, 'forbidden']);
    const elsewhere = await anotherProcess();
    expect(await elsewhere.state(own.id)).toBe('good');
    expect((await maker.delete(`/account/tokens/${own.id}`)).status).toBe(204);
    expect(refusal(await read(own.client, cart))).toEqual([401, 'sessionEnded']);
    await within(5000, () => ended);
    expect(await knock(api.url, spare)).toEqual({ status: 401, code: 'sessionEnded' });
    await within(5000, () => expect.poll(() => elsewhere.state(own.id)).toBe('sessionEnded'));
    elsewhere.stop();
    expect((await read(foreign.client, cart)).status).toBe(200);
    expect((await api.admin.delete(`/tokens/${foreign.id}`)).status).toBe(204);
    expect(refusal(await read(foreign.client, cart))).toEqual([401, 'sessionEnded']);
    const tokens = (await maker.get('/account/tokens')).body.tokens;
    expect(tokens).toMatchObject([
      { id: foreign.id, state: 'revoked', revokedBy: 'admin' },
      { id: own.id, state: 'revoked', revokedBy: 'revokes' },
    ]);
  });

  test('ends at its time', async () => {
    const maker = await operatorOf('expires');
    const { id, client } = await made(maker, { role: 'operator', scope: at(cart) });
    const { database, versions } = api.container;
    await database.transaction(async (queries) => {
      await queries.apiToken.update({ where: { id }, data: { expiresAt: new Date(Date.now() + 1500) } });
      await bumpVersion(queries, 'access', 'policies');
    });
    await versions.refresh();
    expect((await read(client, cart)).status).toBe(200);
    const stream = await openStream(client, 'live');
    await within(10_000, () => once(stream.socket, 'close'));
    expect(refusal(await read(client, cart))).toEqual([401, 'sessionEnded']);
    expect((await maker.get('/account/tokens')).body.tokens).toMatchObject([{ id, state: 'expired' }]);
  });

  test('is in the audit log as its maker and its name; its last use is known', async () => {
    const maker = await operatorOf('audited');
    const { id, client } = await made(maker, { role: 'operator', scope: at(cart) });
    expect((await maker.get('/account/tokens')).body.tokens).toMatchObject([{ lastUsedAt: null }]);
    await client.post(`/applications/${cart}/instances/${id}/restart`);
    const { body } = await api.admin.get('/audit?user=audited&code=instance.restart');
    expect(body.items).toMatchObject([{ user: 'audited', token: 'ci' }]);
    await expect
      .poll(async () => (await maker.get('/account/tokens')).body.tokens[0].lastUsedAt)
      .not.toBeNull();
    const written = async () =>
      (await api.container.database.prisma.apiToken.findUniqueOrThrow({ where: { id } })).lastUsedAt;
    const before = await written();
    for (let use = 0; use < 20; use++) await read(client, cart);
    expect(await written()).toEqual(before);
  });

  test('is one of so many', async () => {
    const maker = await operatorOf('many');
    const scopes = [{ role: 'developer', scope: at(cart) }];
    const answers = await Promise.all(Array.from({ length: 52 }, () => create(maker, scopes)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(refusal(await create(maker, scopes))).toEqual([409, 'tooManyTokens']);
  });

  test('waits while its maker must change the password', async () => {
    const maker = await operatorOf('must-change');
    const { client } = await made(maker, { role: 'operator', scope: at(cart) });
    await api.admin.post('/users/must-change/password');
    expect(refusal(await read(client, cart))).toEqual([403, 'passwordChangeRequired']);
  });
});

test.each([
  'pilothouse_',
  'pilothouse_x',
  `pilothouse_${'A'.repeat(43)}`,
  `pilothouse_${'é'.repeat(20_000)}`,
])('what is no token lets nobody in: %.20s', async (secret) => {
  const answer = await api.anonymous
    .as(secret)
    .get('/auth/me')
    .catch(() => ({ status: 401, body: { error: { code: 'unauthenticated' } } }) as TestAnswer);
  expect([401, 431]).toContain(answer.status);
});

test('a token is told once, and stored nowhere', async () => {
  const maker: TestUser = await operatorOf('canary');
  const { body } = await create(maker, [{ role: 'operator', scope: at(cart) }]);
  const { secret, token } = body;
  expect(secret).toMatch(/^pilothouse_[\w-]{43}$/);
  const client = api.anonymous.as(secret);
  await read(client, cart);
  await read(client, desk);
  const shown = [
    await maker.get('/account/tokens'),
    await api.admin.get('/tokens'),
    await api.admin.get('/audit?pageSize=200'),
    await maker.delete(`/account/tokens/${token.id}`),
  ];
  const { config } = api.container;
  const places = [
    JSON.stringify(shown.map((answer) => answer.body)),
    lines,
    await databaseContent(config.databaseUrl),
  ];
  for (const part of [secret, secret.slice('pilothouse_'.length)])
    for (const place of places) expect(place.includes(part)).toBe(false);
  expect(lines).toContain('token.create');
});

/** What another process knows of sessions and tokens. */
async function anotherProcess() {
  const { database } = api.container;
  const versions = new Versions(database, () => undefined);
  const sessions = new LiveSessions(database, versions);
  await versions.start();
  return {
    state: (id: string) =>
      sessions.principalOf(id).then(
        () => 'good',
        ({ code }) => code as string,
      ),
    stop: () => versions.stop(),
  };
}
