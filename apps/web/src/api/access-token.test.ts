import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { accessToken, forgetToken, keepToken, onSessionEnd } from './access-token.ts';
import type { ApiError } from './api-error.ts';
import { call } from './call.ts';

const user = {
  id: '0198a0a0-0000-7000-8000-000000000001',
  username: 'ada',
  displayName: 'Ada',
  disabled: false,
  mustChangePassword: false,
  createdAt: '2026-11-21T00:00:00Z',
};
const requests: { path: string; authorization: string | null }[] = [];
let answer: (path: string, authorization: string | null) => Response;

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

function session(accessToken: string, expiresIn = 600) {
  return { accessToken, expiresIn, user, mustChangePassword: false };
}

const refusal = (code: string) => json(401, { error: { code, message: code, requestId: 'r1' } });

beforeEach(() => {
  requests.length = 0;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const authorization = new Headers(init.headers).get('authorization');
    requests.push({ path: url, authorization });
    await Promise.resolve();
    return answer(url, authorization);
  });
});

afterEach(() => {
  forgetToken();
  vi.unstubAllGlobals();
});

test('many requests at once renew a token once', async () => {
  answer = (path) => (path.endsWith('/auth/refresh') ? json(200, session('new')) : json(200, { items: [] }));
  keepToken(session('old', 10));
  await Promise.all([1, 2, 3].map(() => call(endpoints.listClusters, {})));
  expect(requests.filter(({ path }) => path.endsWith('/auth/refresh'))).toHaveLength(1);
  expect(requests.filter(({ authorization }) => authorization === 'Bearer new')).toHaveLength(3);
});

test('a token the platform refuses is renewed once for all, and the requests repeated', async () => {
  answer = (path, authorization) => {
    if (path.endsWith('/auth/refresh')) return json(200, session('new'));
    return authorization === 'Bearer new' ? json(200, { items: [] }) : refusal('unauthenticated');
  };
  keepToken(session('withdrawn'));
  await Promise.all([1, 2].map(() => call(endpoints.listClusters, {})));
  expect(requests.filter(({ path }) => path.endsWith('/auth/refresh'))).toHaveLength(1);
});

test('without a session the listeners hear of it and the call fails', async () => {
  answer = () => refusal('sessionEnded');
  const ended = vi.fn<(error: ApiError) => void>();
  const stop = onSessionEnd(ended);
  await expect(accessToken()).rejects.toMatchObject({ code: 'sessionEnded', status: 401 });
  expect(ended).toHaveBeenCalledOnce();
  stop();
});

test('a platform that does not answer ends no session', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  const ended = vi.fn<(error: ApiError) => void>();
  const stop = onSessionEnd(ended);
  await expect(accessToken()).rejects.toMatchObject({ code: 'offline', status: 0 });
  expect(ended).not.toHaveBeenCalled();
  stop();
});

test('a wrong password is no reason to renew anything', async () => {
  answer = () => refusal('badCredentials');
  const input = { body: { username: 'ada', password: 'wrong' } };
  await expect(call(endpoints.login, input)).rejects.toMatchObject({ code: 'badCredentials' });
  expect(requests.map(({ path }) => path)).toEqual(['/api/v1/auth/login']);
});
