import { afterAll, beforeAll, expect, test } from 'vitest';
import { Processes } from '../db/processes.ts';
import { createLogger } from '../log.ts';
import { startTestApi, type TestApi } from '../testing/test-api.ts';
import { knock } from '../ws/testing/stream-client.ts';
import { AuditRepository } from './audit.repository.ts';
import { AuditTrail } from './audit-trail.ts';

let api: TestApi;
let owner: Processes;
const lines: string[] = [];
beforeAll(async () => {
  const log = createLogger('info', { write: (text: string) => void lines.push(text) });
  api = await startTestApi({ log, config: { trustedProxies: ['loopback'] } });
  owner = new Processes(api.container.database, (error) => expect.unreachable(String(error)));
  await owner.start();
});
afterAll(async () => {
  await owner?.stop();
  await api?.stop();
});

const from = (address: string) => ({ 'x-forwarded-for': address });
const rowsOf = (address: string) => api.container.database.prisma.auditEvent.findMany({ where: { address } });
const many = (times: number, work: (index: number) => Promise<unknown>) =>
  Promise.all(Array.from({ length: times }, (_, index) => work(index)));

test('who is not signed in fills no more than a share of the log, and nothing of it is lost silently', async () => {
  const address = '203.0.113.7';
  const said = lines.length;
  for (let round = 0; round < 5; round += 1)
    await many(20, (index) =>
      index % 2 === 0
        ? knock(api.url, '/api/v1/live', { origin: 'https://evil.example', ...from(address) })
        : api.anonymous.get('/downloads?ticket=invented', { headers: from(address) }),
    );
  await many(20, () => knock(api.url, '/api/v1/exec?ticket=invented', { origin: api.url, ...from(address) }));
  await expect.poll(() => rowsOf(address)).toHaveLength(61);
  // each is in the log; a download's ticket is two events
  expect(lines.slice(said).filter((line) => line.includes(address))).toHaveLength(50 + 2 * 50 + 20);
  // others are heard all the same
  await api.anonymous.get('/downloads?ticket=invented', { headers: from('203.0.113.8') });
  await expect
    .poll(async () =>
      (await rowsOf('203.0.113.8')).map(({ code, outcome }) => `${code} ${outcome}`).toSorted(),
    )
    .toEqual(['download refused', 'ticket.redeem refused']);
});

test('what is beyond is one row with its number, closed when the minute is over or the platform stops', async () => {
  const address = '203.0.113.9';
  const log = createLogger('silent');
  const trail = new AuditTrail({
    rows: new AuditRepository(api.container.database),
    log,
    owner: owner.id,
    limits: { perAddress: 3 },
  });
  const knocking = { principal: null, code: 'origin.refused', target: {}, address };
  const refused = { outcome: 'refused' as const, status: 403 };
  await many(10, () => trail.record(knocking, refused));
  const entry = await trail.begin({ ...knocking, code: 'auth.login' });
  await entry.end({ outcome: 'refused', status: 401 });
  // whoever turns out to be somebody is not one of many
  const success = await trail.begin({ ...knocking, code: 'auth.login' });
  await success.end({ outcome: 'succeeded', principal: { userId: 'u', username: 'ada' } });
  const codes = async () =>
    (await rowsOf(address)).map(({ code, outcome }) => `${code} ${outcome}`).toSorted();
  const single = Array.from({ length: 3 }, () => 'origin.refused refused');
  expect(await codes()).toEqual(['audit.more pending', 'auth.login succeeded', ...single]);
  await trail.flush();
  const more = (await rowsOf(address)).find(({ code }) => code === 'audit.more');
  expect(more).toMatchObject({
    outcome: 'refused',
    params: { count: 8, codes: 'origin.refused 7, auth.login 1' },
  });
});

test('a used ticket is no way around: it names somebody, but proves nothing', async () => {
  const address = '203.0.113.10';
  const { body } = await api.admin.post('/tickets', { purpose: 'live' });
  await many(100, () => knock(api.url, body.url, { origin: api.url, ...from(address) }));
  expect((await rowsOf(address)).length).toBeLessThanOrEqual(61);
});

test('where the log cannot be written nobody signs in, beyond the share neither', async () => {
  const broken = { insert: () => Promise.reject(new Error('disk full')) } as unknown as AuditRepository;
  const trail = new AuditTrail({
    rows: broken,
    log: createLogger('silent'),
    owner: owner.id,
    limits: { perAddress: 0 },
  });
  await expect(
    trail.begin({ principal: null, code: 'auth.login', target: {}, address: '203.0.113.11' }),
  ).rejects.toMatchObject({ code: 'auditUnavailable' });
});
