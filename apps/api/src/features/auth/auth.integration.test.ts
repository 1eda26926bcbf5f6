import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deriveKey } from '../../db/key-ring.ts';
import { Container } from '../../container.ts';
import { keyRingOf } from '../../core.ts';
import { createLogger } from '../../log.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { TestClient, type TestAnswer } from '../../testing/test-client.ts';

let api: TestApi;
let logged = '';

beforeAll(async () => {
  const log = createLogger('trace', { write: (line: string) => void (logged += line) });
  api = await startTestApi({ log });
});
afterAll(() => api?.stop());

/** The refresh cookie as the browser would send it back. */
function cookieOf(answer: TestAnswer): string {
  return answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
}

function refresh(cookie: string, headers: Record<string, string> = { origin: api.url }) {
  return api.anonymous.post('/auth/refresh', undefined, { headers: { cookie, ...headers } });
}

async function signIn(username: string, password: string) {
  const answer = await api.anonymous.post('/auth/login', { username, password });
  expect(answer.status).toBe(200);
  return { client: api.anonymous.as(answer.body.accessToken), cookie: cookieOf(answer), answer };
}

describe('the first sign-in', () => {
  test('until the password is changed only /auth answers, and the old password is good for nothing after', async () => {
    const { body: created } = await api.admin.post('/users', { username: 'first', displayName: 'First' });
    const { client } = await signIn('first', created.oneTimePassword);
    expect((await client.get('/auth/me')).body.user).toMatchObject({
      username: 'first',
      mustChangePassword: true,
    });
    const gated = await client.get('/operations');
    expect([gated.status, gated.body.error.code]).toEqual([403, 'passwordChangeRequired']);

    const change = (currentPassword: string, newPassword: string) =>
      client.post('/auth/password', { currentPassword, newPassword });
    const wrong = await change('not it at all', 'a-Longer-secret-1');
    expect([wrong.status, wrong.body.error.code, wrong.body.error.field]).toEqual([
      400,
      'wrongPassword',
      'body.currentPassword',
    ]);
    const weak = await change(created.oneTimePassword, 'short');
    expect(weak.body.error).toMatchObject({ code: 'weakPassword', params: { reason: 'tooShort' } });
    const same = await change(created.oneTimePassword, created.oneTimePassword);
    expect(same.body.error).toMatchObject({ code: 'weakPassword', params: { reason: 'unchanged' } });

    const changed = await change(created.oneTimePassword, 'a-Longer-secret-1');
    expect(changed.body).toMatchObject({ mustChangePassword: false, expiresIn: 600 });
    expect((await api.anonymous.as(changed.body.accessToken).get('/operations')).status).toBe(200);
    const again = await api.anonymous.post('/auth/login', {
      username: 'first',
      password: created.oneTimePassword,
    });
    expect(again.status).toBe(401);
  });

  test('me tells user, menus by role, and grants by names', async () => {
    const { body } = await api.admin.get('/auth/me');
    expect(body.user.username).toBe('admin');
    expect(body.grants).toEqual([{ role: 'platform-admin', domain: '*' }]);
    expect(body.roles).toEqual([{ name: 'platform-admin', policies: [{ object: '**', action: 'All' }] }]);
    const keys = (entries: { key: string; children: [] }[]): string[] =>
      entries.flatMap((entry) => [entry.key, ...keys(entry.children)]);
    expect(keys(body.menus)).toEqual(expect.arrayContaining(['clusters', 'nodes', 'pods', 'users', 'audit']));
    const viewer = await api.signUp('menu-viewer', [{ role: 'viewer', scope: { kind: 'all' } }]);
    const seen = keys((await viewer.get('/auth/me')).body.menus);
    expect(seen).toContain('nodes');
    expect(seen).not.toContain('administration');
  });
});

describe('an access token', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  let claims: Record<string, unknown>;
  let key: Uint8Array;

  beforeAll(async () => {
    const user = await api.signUp('token-owner');
    claims = JSON.parse(Buffer.from(user.token?.split('.')[1] ?? '', 'base64url').toString());
    key = deriveKey(keyRingOf(api.container.config).current(), 'access tokens');
  });

  const sign = (payload: Record<string, unknown>, secret: Uint8Array, alg = 'HS256') =>
    new SignJWT(payload).setProtectedHeader({ alg }).sign(secret);
  const statusOf = async (token: string) => (await api.anonymous.as(token).get('/auth/me')).status;

  test('of ours is taken, which shows that the others below are refused for what they are', async () => {
    expect(await statusOf(await sign(claims, key))).toBe(200);
  });

  test.each([
    ['without a signature', () => `${part({ alg: 'none' })}.${part(claims)}.`],
    [
      'with alg none and a signature',
      async () => `${part({ alg: 'none' })}.${(await sign(claims, key)).split('.').slice(1).join('.')}`,
    ],
    ['of another key', () => sign(claims, new Uint8Array(32).fill(7))],
    [
      'of an empty key',
      () => {
        const head = `${part({ alg: 'HS256' })}.${part(claims)}`;
        return `${head}.${createHmac('sha256', '').update(head).digest('base64url')}`;
      },
    ],
    ['of another algorithm', () => sign(claims, Buffer.concat([key, key]), 'HS512')],
    ['that has expired', () => sign({ ...claims, iat: now() - 700, exp: now() - 100 }, key)],
    ['that never expires', () => sign({ ...claims, exp: undefined }, key)],
    [
      'issued too long ago for its lifetime',
      () => sign({ ...claims, iat: now() - 3600, exp: now() + 3600 }, key),
    ],
    ['of another issuer', () => sign({ ...claims, iss: 'else' }, key)],
    ['for another audience', () => sign({ ...claims, aud: 'else' }, key)],
    [
      'with another user in the session',
      () => sign({ ...claims, sub: '01900000-0000-7000-8000-000000000000' }, key),
    ],
    [
      'of a session nobody knows',
      () => sign({ ...claims, sid: '01900000-0000-7000-8000-000000000000' }, key),
    ],
    ['that is no token', () => 'nonsense'],
  ])('%s is refused', async (_what, make) => {
    expect(await statusOf(await make())).toBe(401);
  });

  test('in a cookie or the address is not looked at', async () => {
    const token = await sign(claims, key);
    const inCookie = await api.anonymous.get('/auth/me', { headers: { cookie: `access_token=${token}` } });
    expect(inCookie.status).toBe(401);
    expect((await api.anonymous.get(`/auth/me?access_token=${token}`)).status).toBe(401);
  });
});

describe('the refresh cookie', () => {
  test('is out of reach of scripts and other sites, and for /auth only', async () => {
    const user = await api.signUp('cookie-owner');
    const { answer } = await signIn('cookie-owner', user.password);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect(cookie).toMatch(/; Path=\/api\/v1\/auth/);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('is traded at each use; the old one is good for the grace, and then ends the session', async () => {
    const user = await api.signUp('rotating');
    const first = await signIn('rotating', user.password);
    const second = await refresh(first.cookie);
    expect(second.status).toBe(200);
    expect(cookieOf(second)).not.toBe(first.cookie);
    expect(second.body.user.username).toBe('rotating');

    const lostAnswer = await refresh(first.cookie);
    expect(lostAnswer.status).toBe(200);
    const third = await refresh(cookieOf(lostAnswer));
    expect(third.status).toBe(200);

    // as if 31 s had gone by
    await api.container.database.prisma
      .$executeRaw`UPDATE sessions SET rotated_at = rotated_at - INTERVAL 31 SECOND`;
    expect((await refresh(cookieOf(lostAnswer))).status).toBe(401);
    expect((await refresh(cookieOf(third))).status, 'the whole session is over').toBe(401);
    expect((await api.anonymous.as(third.body.accessToken).get('/auth/me')).status).toBe(401);
  });

  test('used by many at once leaves one session that works', async () => {
    const user = await api.signUp('hurried');
    const { cookie } = await signIn('hurried', user.password);
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(cookie)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    const next = await Promise.all(answers.map((answer) => refresh(cookieOf(answer))));
    expect(next.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(1);
  });

  test.each([
    ['a foreign page', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['the same host on another port', { origin: 'http://127.0.0.1:1' }],
    ['nobody knows whom', {}],
  ])('is refused from %s', async (_from, headers) => {
    const user = await api.signUp(
      `origin-${
        Object.values(headers)
          .join('')
          .replace(/[^a-z0-9]/g, '') || 'none'
      }`,
    );
    const { cookie, client } = await signIn(user.username ?? '', user.password);
    for (const path of ['/auth/refresh', '/auth/logout']) {
      const answer = await api.anonymous.post(path, undefined, { headers: { cookie, ...headers } });
      expect([answer.status, answer.body.error?.code]).toEqual([403, 'foreignOrigin']);
    }
    expect((await client.get('/auth/me')).status, 'nothing was ended').toBe(200);
  });

  test('from a foreign page not even a sign-in is taken', async () => {
    const answer = await api.anonymous.post(
      '/auth/login',
      { username: 'admin', password: 'x' },
      { headers: { origin: 'https://evil.example' } },
    );
    expect([answer.status, answer.body.error.code]).toEqual([403, 'foreignOrigin']);
  });
});

describe('a session ends', () => {
  test('with logout by the cookie, the token too', async () => {
    const user = await api.signUp('leaver');
    const { client, cookie } = await signIn('leaver', user.password);
    const answer = await api.anonymous.post('/auth/logout', undefined, {
      headers: { cookie, origin: api.url },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()[0]).toMatch(/Expires=Thu, 01 Jan 1970/);
    const after = await client.get('/auth/me');
    expect([after.status, after.body.error.code, after.body.error.params]).toEqual([
      401,
      'sessionEnded',
      { reason: 'logout' },
    ]);
    expect((await refresh(cookie)).status).toBe(401);
    expect((await user.get('/auth/me')).status, 'the other session lives').toBe(200);
  });

  test('with logout by the bearer, as scripts do', async () => {
    const user = await api.signUp('script');
    expect((await user.post('/auth/logout')).status).toBe(204);
    expect((await user.get('/auth/me')).status).toBe(401);
    expect((await api.anonymous.post('/auth/logout')).status).toBe(204);
  });

  test('with a changed password, all of the user’s', async () => {
    const user = await api.signUp('changer');
    const other = await signIn('changer', user.password);
    const changed = await user.post('/auth/password', {
      currentPassword: user.password,
      newPassword: 'another-Secret-9',
    });
    expect(changed.status).toBe(200);
    for (const client of [user, other.client]) expect((await client.get('/auth/me')).status).toBe(401);
    expect((await refresh(other.cookie)).status).toBe(401);
    expect((await api.anonymous.as(changed.body.accessToken).get('/auth/me')).status).toBe(200);
  });

  test('when the user is disabled, and no new one begins', async () => {
    const user = await api.signUp('disabled');
    const { cookie } = await signIn('disabled', user.password);
    expect((await api.admin.patch('/users/disabled', { disabled: true })).body.disabled).toBe(true);
    expect((await user.get('/auth/me')).status).toBe(401);
    expect((await refresh(cookie)).status).toBe(401);
    const { status, body } = await api.anonymous.post('/auth/login', {
      username: 'disabled',
      password: user.password,
    });
    expect([status, body.error.code]).toEqual([401, 'badCredentials']);
    await api.admin.patch('/users/disabled', { disabled: false });
    expect((await user.get('/auth/me')).status, 'what has ended stays ended').toBe(401);
    await signIn('disabled', user.password);
  });
});

describe('guessing', () => {
  test('an unknown user, a wrong password and a disabled user get the same answer', async () => {
    await api.signUp('known');
    const answers = await Promise.all(
      ['known', 'nobody-of-that-name', '"\n\u001b[31m'].map((username) =>
        api.anonymous.post('/auth/login', { username, password: 'guess' }),
      ),
    );
    for (const { status, body } of answers) {
      const { requestId: _requestId, ...error } = body.error;
      expect(status).toBe(401);
      expect(error).toEqual({ code: 'badCredentials', message: 'Wrong user name or password' });
    }
  });

  test('is slowed down, for the right password too, and says for how long', async () => {
    const { password } = await api.signUp('guessed');
    const guess = (given: string) =>
      api.anonymous.post('/auth/login', { username: 'guessed', password: given });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await guess('wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    const held = await guess(password);
    expect([held.status, held.body.error.code]).toEqual([429, 'tooManyAttempts']);
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    await expect
      .poll(async () => (await guess(password)).status, { timeout: 15_000, interval: 500 })
      .toBe(200);
  });

  test('a name is typed exactly: blanks behind it are no way round the delay', async () => {
    const { password } = await api.signUp('padded');
    const { status, body } = await api.anonymous.post('/auth/login', { username: 'padded ', password });
    expect([status, body.error.code]).toEqual([401, 'badCredentials']);
  });
});

test('what ends on one replica ends on the others', async () => {
  const replica = new Container(api.container.config, createLogger('silent'));
  await replica.prepare();
  const server = createServer(replica.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const there = new TestClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  const user = await api.signUp('travelling', [{ role: 'viewer', scope: { kind: 'all' } }]);
  const elsewhere = there.as(user.token);
  expect((await elsewhere.get('/clusters')).status).toBe(200);
  const { body } = await api.admin.get('/grants?user=travelling');
  await api.admin.delete(`/grants/${body.items[0].id}`);
  await within(5000, () => expect.poll(async () => (await elsewhere.get('/clusters')).status).toBe(403));

  const membership = '/groups/travellers/members/travelling';
  await api.admin.post('/groups', { name: 'travellers', displayName: 'Travellers' });
  await api.admin.post('/grants', {
    subject: { kind: 'group', group: 'travellers' },
    role: 'viewer',
    scope: { kind: 'all' },
  });
  await api.admin.put(membership, undefined);
  await within(5000, () => expect.poll(async () => (await elsewhere.get('/clusters')).status).toBe(200));
  await api.admin.delete(membership);
  await within(5000, () => expect.poll(async () => (await elsewhere.get('/clusters')).status).toBe(403));

  await user.post('/auth/logout');
  await within(5000, () => expect.poll(async () => (await elsewhere.get('/auth/me')).status).toBe(401));

  server.closeAllConnections();
  server.close();
  await replica.close();
});

test('neither log nor audit has a password, a token or a hash of them', async () => {
  const user = await api.signUp('canary');
  const { client, cookie } = await signIn('canary', user.password);
  await client.get('/auth/me');
  const secrets = [
    user.password,
    user.token ?? '',
    client.token ?? '',
    cookie.split('=')[1] ?? '',
    '$argon2',
  ];
  const audit = JSON.stringify((await api.admin.get('/audit?pageSize=500')).body);
  const users = JSON.stringify((await api.admin.get('/users?pageSize=500')).body);
  expect(logged).toContain('canary');
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(5);
    for (const place of [logged, audit, users]) expect(place.includes(secret)).toBe(false);
  }
});
