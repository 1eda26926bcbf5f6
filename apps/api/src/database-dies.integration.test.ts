import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { startTestDatabase, type TestServer } from './testing/test-database.ts';

let database: TestServer;
let api: TestApi;
beforeAll(async () => {
  database = await startTestDatabase();
  api = await startTestApi({ database });
});
afterAll(async () => {
  await api?.stop();
  await database?.stop();
});

test('a killed database: requests fail by name meanwhile, and go on within 10 s of its restart', async () => {
  expect((await api.admin.get('/users')).status).toBe(200);
  // the tests' servers write their log once a second
  await sleep(1500);
  process.kill(database.pid, 'SIGKILL');
  for (let call = 0; call < 5; call++) {
    const { status, body } = await within(12_000, () => api.admin.get('/users'));
    expect([status, body.error?.code]).toEqual([503, 'databaseUnavailable']);
  }
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  await database.startAgain();
  await within(10_000, () => expect.poll(async () => (await api.admin.get('/users')).status).toBe(200));
  await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status).toBe(200);
  // a connection of before may still be in the pool
  const create = () => api.admin.post('/users', { username: 'after', displayName: 'After' });
  await within(10_000, () => expect.poll(async () => (await create()).status).toBe(201));
}, 120_000);
