import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../db/ids.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.stop());

test('shells that began at the same moment are each on one page', async () => {
  const startedAt = new Date();
  const place = {
    clusterId: newId(),
    cluster: 'here',
    namespace: 'demo',
    pod: 'web',
    podUid: 'x',
    container: 'c',
  };
  const terminals = Array.from({ length: 300 }, (_, index) => ({
    ...place,
    id: newId(),
    userId: newId(),
    username: index % 2 === 0 ? 'ada' : 'bea',
    shell: '/bin/sh',
    replica: 'x',
    auditId: newId(),
    startedAt,
    endedAt: startedAt,
    recordingBytes: 0n,
    truncated: false,
  }));
  await api.container.database.prisma.terminal.createMany({ data: terminals });
  for (const sort of ['-startedAt', 'user', 'cluster']) {
    const ids: string[] = [];
    for (let page = 1; page <= 15; page += 1) {
      const { body } = await api.admin.get(`/terminals?pageSize=20&sort=${sort}&page=${page}`);
      ids.push(...body.items.map(({ id }: { id: string }) => id));
    }
    expect(new Set(ids).size).toBe(300);
  }
});

test('they are found by person, cluster, the beginning of a pod’s name, and when they began', async () => {
  const found = async (query: string) => (await api.admin.get(`/terminals?${query}`)).body.total;
  const hour = (from: number) => new Date(Date.now() + from * 3_600_000).toISOString();
  expect(await found('user=ada')).toBe(150);
  expect(await found('user=ad')).toBe(0);
  expect(await found('cluster=here&pod=we')).toBe(300);
  expect(await found('pod=eb')).toBe(0);
  expect(await found('cluster=there')).toBe(0);
  expect(await found(`from=${hour(-1)}&to=${hour(1)}`)).toBe(300);
  expect(await found(`from=${hour(1)}`)).toBe(0);
});
