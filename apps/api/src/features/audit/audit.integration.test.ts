import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../db/ids.ts';
import { createLogger } from '../../log.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';

let api: TestApi;
const lines: string[] = [];

beforeAll(async () => {
  const log = createLogger('info', { write: (text: string) => void lines.push(text) });
  api = await startTestApi({ log });
});
afterAll(() => api?.stop());

async function latest(filter: string) {
  const { body } = await api.admin.get(`/audit?${filter}&pageSize=5`);
  return body.items[0];
}

test('a change is there with who, from where, what and how it ended', async () => {
  await api.admin.post('/users', { username: 'audited', displayName: 'Audited' });
  const event = await latest('code=user.create');
  expect(event).toMatchObject({
    user: 'admin',
    address: '127.0.0.1',
    resource: 'user',
    name: 'audited',
    outcome: 'succeeded',
    status: 201,
    reason: null,
  });
  expect(Date.parse(event.endedAt)).toBeGreaterThanOrEqual(Date.parse(event.at));
  expect(event.auditId).toMatch(/^[0-9a-f-]{36}$/);
});

test('a failure is there with its reason, a refusal as refused', async () => {
  await api.admin.post('/users', { username: 'audited', displayName: 'Again' });
  expect(await latest('code=user.create')).toMatchObject({
    outcome: 'failed',
    status: 409,
    reason: 'conflict',
  });
  const user = await api.signUp('curious');
  await user.patch('/users/admin', { disabled: true });
  expect(await latest('user=curious&outcome=refused')).toMatchObject({
    code: 'user.update',
    name: 'admin',
    params: { disabled: true },
    status: 403,
    reason: 'forbidden',
  });
});

test('a sign-in is there under the name that was tried, a good one under its user', async () => {
  await api.anonymous.post('/auth/login', { username: 'who-is-that', password: 'x' });
  expect(await latest('code=auth.login')).toMatchObject({
    user: null,
    name: 'who-is-that',
    outcome: 'refused',
    status: 401,
    reason: 'badCredentials',
  });
  await api.signUp('signed-in');
  expect(await latest('code=auth.login')).toMatchObject({ user: 'signed-in', outcome: 'succeeded' });
});

test('one event is one line of the log, whatever the input', async () => {
  const username = 'x\n{"audit":"forged"}\r\u2028\u001b]8;;';
  const before = lines.length;
  await api.anonymous.post('/auth/login', { username, password: 'x' });
  const written = lines.slice(before).filter((line) => line.includes('auth.login'));
  expect(written).toHaveLength(1);
  for (const character of ['\n', '\r', '\u001b']) expect(written[0]?.trimEnd()).not.toContain(character);
  expect(JSON.parse(written[0] ?? '').audit.name).toBe(username);
  expect((await latest('code=auth.login')).name).toBe(username);
});

test('is filtered by person, time and the beginning of a name, or by an Audit-ID', async () => {
  const from = new Date().toISOString();
  await api.admin.post('/users', { username: 'filtered', displayName: 'Filtered' });
  const since = (await api.admin.get(`/audit?from=${from}&q=filtered`)).body;
  expect(since.items.map((event: { code: string }) => event.code)).toEqual(['user.create']);
  expect((await api.admin.get(`/audit?to=${from}&q=filtered`)).body.total).toBe(0);
  expect((await api.admin.get('/audit?user=admin&q=filtered')).body.total).toBe(1);
  expect((await api.admin.get('/audit?user=filtered&q=filtered')).body.total).toBe(0);
  expect((await api.admin.get(`/audit?from=${from}&q=ltered`)).body.total).toBe(0);
  expect((await api.admin.get(`/audit?from=${from}&q=f%25`)).body.total).toBe(0);
  const { auditId } = since.items[0];
  const found = (await api.admin.get(`/audit?q=${auditId.toUpperCase()}`)).body;
  expect(found).toMatchObject({ total: 1, more: false, items: [{ auditId, name: 'filtered' }] });
  expect((await api.admin.get('/audit?sort=params')).status).toBe(400);
});

test('a shell is one row; the single calls that it is made of come when they are asked for', async () => {
  const { auditEvent } = api.container.database.prisma;
  const codes = ['shell.find', 'shell.open', 'shell.end'];
  const auditId = newId();
  await auditEvent.createMany({
    data: codes.map((code, index) => ({
      id: newId(),
      auditId: index === 0 ? auditId : newId(),
      at: new Date(),
      code,
      name: 'one-shell',
      address: '',
      params: {},
      outcome: 'succeeded',
    })),
  });
  const found = async (query: string) =>
    (await api.admin.get(`/audit?${query}`)).body.items.map(({ code }: { code: string }) => code).toSorted();
  expect(await found('q=one-shell')).toEqual(['shell.open']);
  expect(await found('q=one-shell&parts=true')).toEqual(codes.toSorted());
  expect(await found('q=one-shell&code=shell.end')).toEqual(['shell.end']);
  expect(await found(`q=${auditId}`)).toEqual(['shell.find']);
});

test('is not counted to its end, and equal times do not repeat or lose rows', async () => {
  const { auditEvent } = api.container.database.prisma;
  const row = {
    at: new Date('2026-01-01T00:00:00Z'),
    code: 'many',
    address: '',
    params: {},
    outcome: 'failed',
  };
  const rows = Array.from({ length: 10_100 }, () => ({
    ...row,
    id: newId(),
    auditId: newId(),
    name: 'many',
  }));
  await auditEvent.createMany({ data: rows });
  const pageOf = async (page: number) =>
    (await api.admin.get(`/audit?q=many&pageSize=500&page=${page}`)).body;
  const pages = await Promise.all(Array.from({ length: 20 }, (_, index) => pageOf(index + 1)));
  const ids = pages.flatMap(({ items }) => items.map(({ id }: { id: string }) => id));
  expect(ids).toEqual(
    rows
      .map(({ id }) => id)
      .toSorted()
      .toReversed()
      .slice(0, 10_000),
  );
  expect(pages[0]).toMatchObject({ total: 10_000, more: true });
  expect(await pageOf(21)).toMatchObject({ items: [], total: 10_000 });
  await auditEvent.deleteMany({ where: { code: 'many' } });
});

describe('when it cannot be written', () => {
  test('changes are refused and nothing is changed; reading goes on; then it goes on by itself', async () => {
    const { prisma } = api.container.database;
    await prisma.$executeRaw`RENAME TABLE audit_events TO audit_events_away`;
    const refused = await api.admin.post('/users', { username: 'unaudited', displayName: 'x' });
    const login = await api.anonymous.post('/auth/login', { username: 'admin', password: 'x' });
    const reading = await api.admin.get('/users?q=unaudited');
    await prisma.$executeRaw`RENAME TABLE audit_events_away TO audit_events`;
    for (const { status, body } of [refused, login]) {
      expect([status, body.error.code]).toEqual([503, 'auditUnavailable']);
    }
    expect([reading.status, reading.body.total]).toEqual([200, 0]);
    expect((await api.admin.post('/users', { username: 'unaudited', displayName: 'x' })).status).toBe(201);
  });
});

test('what is under way is there as pending', async () => {
  const { prisma } = api.container.database;
  // the intent is written, the row it wants is locked: the call hangs between intent and outcome
  const { pending } = await prisma.$transaction(
    async (queries) => {
      await queries.$executeRaw`SELECT * FROM versions WHERE name = 'access' FOR UPDATE`;
      const pending = api.admin.patch('/users/audited', { disabled: true });
      await expect.poll(async () => (await latest('code=user.update&user=admin'))?.outcome).toBe('pending');
      // within an object: the lock must not wait for it
      return { pending };
    },
    { timeout: 20_000 },
  );
  expect((await pending).status).toBe(200);
  expect((await latest('code=user.update&user=admin')).outcome).toBe('succeeded');
});

test('nobody changes or removes an event: there is no way to', async () => {
  const { id } = await latest('code=user.create');
  for (const method of ['PATCH', 'PUT', 'DELETE', 'POST']) {
    expect((await api.admin.send(method, `/audit/${id}`)).status).toBe(404);
    expect((await api.admin.send(method, '/audit')).status).toBe(405);
  }
});
