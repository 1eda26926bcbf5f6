import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi, type TestUser } from '../testing/test-api.ts';
import { knock, openStream, ticketUrl, type StreamClient } from './testing/stream-client.ts';

const metricsToken = 'a-token-for-metrics-only';
let api: TestApi;
let ada: TestUser;
const open: StreamClient[] = [];
beforeAll(async () => {
  const streamLimits = { live: 2, log: 1, logs: 1, exec: 1, nodeShell: 1, download: 1, forward: 1 };
  api = await startTestApi({ config: { streamLimits, metricsToken } });
  ada = await api.signUp('ada');
});
afterAll(() => api?.stop());
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.terminate();
});

async function opened(client = ada): Promise<void> {
  open.push(await openStream(client, 'live'));
}

async function again(): Promise<TestUser> {
  const { username, password } = ada;
  const { body } = await api.anonymous.post('/auth/login', { username, password });
  return Object.assign(api.anonymous.as(body.accessToken), { username, password });
}

test('a session has room for so many sockets, a user for twice as many; what is too many is said', async () => {
  const early = await ticketUrl(ada, { purpose: 'live' });
  await opened();
  await opened();
  const refused = await ada.post('/tickets', { purpose: 'live' });
  expect([refused.status, refused.body.error]).toMatchObject([
    429,
    { code: 'tooManyStreams', params: { limit: 2 } },
  ]);
  // a ticket from before is no way around
  expect(await knock(api.url, early)).toEqual({ status: 429, code: 'tooManyStreams' });

  const elsewhere = await again();
  await opened(elsewhere);
  await opened(elsewhere);
  const third = await again();
  expect((await third.post('/tickets', { purpose: 'live' })).body.error.params).toEqual({ limit: 4 });
  // others have room of their own
  await opened(await api.signUp('bob'));
});

test('of many that are opened at once, no more get in', async () => {
  await expect.poll(async () => (await ada.post('/tickets', { purpose: 'live' })).status).toBe(201);
  const urls = await Promise.all(Array.from({ length: 12 }, () => ticketUrl(ada, { purpose: 'live' })));
  const answers = await Promise.all(urls.map((url) => knock(api.url, url)));
  const inside = answers.flatMap((answer) => ('stream' in answer ? [answer.stream] : []));
  open.push(...inside);
  expect(inside).toHaveLength(2);
});

test('what has closed makes room, and what is open is in the metrics', async () => {
  const openSockets = async () => {
    const headers = { authorization: `Bearer ${metricsToken}` };
    const text = await (await fetch(`${api.url}/metrics`, { headers })).text();
    return /^pilothouse_streams\{purpose="live"\} (\d+)$/m.exec(text)?.[1];
  };
  await expect.poll(openSockets).toBe('0');
  await opened();
  await opened();
  expect(await openSockets()).toBe('2');
  open.pop()?.socket.close();
  await expect.poll(async () => (await ada.post('/tickets', { purpose: 'live' })).status).toBe(201);
});
