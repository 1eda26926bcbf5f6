import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestApi, type TestApi, type TestUser } from '../../testing/test-api.ts';
import type { TestClient } from '../../testing/test-client.ts';

let api: TestApi;
let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await sharedTestCluster('fleet-batch', { kwokNodes: 0, landscape: 'none', realNode: false });
  await cluster.apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: nodes.map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })),
    }),
  );
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  await api.admin.post('/clusters', { name: 'fleet', kubeconfig: cluster.kubeconfig });
});
afterAll(async () => {
  await api?.stop();
  await cluster?.stop();
});

/** Registered with the cluster, but nobody plays them. */
const nodes = Array.from({ length: 300 }, (_node, n) => `node-${n}`);
const inFleet = { kind: 'cluster', cluster: 'fleet' } as const;
const clusterAdmin = (username: string) => api.signUp(username, [{ role: 'cluster-admin', scope: inFleet }]);

async function act(who: TestClient, action: 'cordon' | 'uncordon', names: string[]): Promise<string> {
  const targets = names.map((name) => ({ name }));
  const { status, body } = await who.post(`/clusters/fleet/k8s/core/nodes/actions/${action}`, { targets });
  expect(status).toBe(202);
  return body.operation;
}

/** Nodes that are not there: each fails, nothing is changed. */
const cordonGhosts = (who: TestClient, count: number) =>
  act(
    who,
    'cordon',
    Array.from({ length: count }, (_ghost, n) => `ghost-${n}`),
  );

async function ended(who: TestClient, id: string) {
  await vi.waitFor(async () => expect((await who.get(`/operations/${id}`)).body.endedAt).not.toBeNull(), {
    timeout: 30_000,
    interval: 100,
  });
  const { items } = (await who.get(`/operations/${id}/items?pageSize=500`)).body;
  return { ...(await who.get(`/operations/${id}`)).body, items };
}

async function takeGrantsOf({ username }: TestUser) {
  const { body } = await api.admin.get(`/grants?user=${username}`);
  for (const { id } of body.items) expect((await api.admin.delete(`/grants/${id}`)).status).toBe(204);
}

/** Requests in the cluster's own audit log that went out with one of these ids. */
async function received(auditIds: Set<string>): Promise<string[]> {
  const lines = (await readFile(cluster.auditLogPath, 'utf8')).trim().split('\n');
  const events = lines.map(
    (line) => JSON.parse(line) as { auditID: string; stage: string; objectRef?: { name: string } },
  );
  return events
    .filter(({ auditID, stage }) => stage === 'ResponseComplete' && auditIds.has(auditID))
    .map(({ objectRef }) => objectRef?.name ?? '');
}

test('rights lost in the middle of a batch refuse the rest of it, in both audit logs', async () => {
  const ann = await clusterAdmin('ann');
  const id = await act(ann, 'cordon', nodes);
  await vi.waitFor(
    async () => expect((await ann.get(`/operations/${id}`)).body.counts.done).toBeGreaterThan(5),
    { timeout: 10_000, interval: 20 },
  );
  await takeGrantsOf(ann);
  const { state, items } = await ended(ann, id);
  expect(state).toBe('failed');
  const codes: string[] = items.map(({ result }: { result: { code: string } }) => result.code);
  const done = codes.filter((code) => code === 'done').length;
  const refused = codes.filter((code) => code === 'forbidden').length;
  expect(done).toBeGreaterThan(5);
  expect(refused).toBeGreaterThan(5);
  expect(done + refused).toBe(nodes.length);
  const cordoned = await cluster.kubectl(
    'get',
    'nodes',
    '--field-selector=spec.unschedulable=true',
    '-o=name',
  );
  expect(cordoned.trim().split('\n')).toHaveLength(done);

  const { body } = await api.admin.get('/audit?user=ann&code=resource.action&pageSize=500');
  const rows: { name: string; outcome: string; auditId: string }[] = body.items;
  expect(rows).toHaveLength(nodes.length);
  expect(rows.filter(({ outcome }) => outcome === 'refused')).toHaveLength(refused);
  const idsOf = (...outcomes: string[]) =>
    new Set(rows.filter(({ outcome }) => outcomes.includes(outcome)).map(({ auditId }) => auditId));
  await expect.poll(async () => (await received(idsOf('succeeded'))).length, { timeout: 10_000 }).toBe(done);
  expect(await received(idsOf('refused'))).toEqual([]);
});

test('an operation is its owner’s; others need the right to all', async () => {
  const bob = await clusterAdmin('bob');
  const eve = await clusterAdmin('eve');
  const id = await cordonGhosts(bob, 1);
  await ended(bob, id);
  for (const answer of [
    await eve.get(`/operations/${id}`),
    await eve.get(`/operations/${id}/items`),
    await eve.post(`/operations/${id}/cancel`),
    await eve.post(`/operations/${id}/retry`),
  ]) {
    expect(answer.status).toBe(404);
  }
  expect((await eve.get('/operations')).body.items).toEqual([]);
  expect((await eve.get('/operations?scope=all')).status).toBe(403);
  expect((await api.admin.get(`/operations/${id}`)).body).toMatchObject({
    id,
    actor: 'bob',
    cluster: 'fleet',
  });
  const all = await api.admin.get('/operations?scope=all&sort=-createdAt&q=cordon');
  expect(all.body.items[0]).toMatchObject({ id, state: 'failed', counts: { total: 1, done: 1, failed: 1 } });
});

test('what failed is run again by whoever asks, with their own rights', async () => {
  const cleo = await clusterAdmin('cleo');
  const id = await cordonGhosts(cleo, 3);
  await ended(cleo, id);
  await takeGrantsOf(cleo);
  const refused = await cleo.post(`/operations/${id}/retry`);
  expect(refused.status).toBe(202);
  const codesOf = (items: { result: { code: string } }[]) => new Set(items.map(({ result }) => result.code));
  expect(codesOf((await ended(cleo, refused.body.id)).items)).toEqual(new Set(['forbidden']));
  const retried = await api.admin.post(`/operations/${refused.body.id}/retry`);
  expect(retried.body).toMatchObject({ actor: 'admin', kind: 'action.cordon', counts: { total: 3 } });
  expect(codesOf((await ended(api.admin, retried.body.id)).items)).toEqual(new Set(['clusterNotFound']));
});

test('a cancelled batch says what was done and what was not', async () => {
  const id = await cordonGhosts(api.admin, 400);
  await vi.waitFor(
    async () => expect((await api.admin.get(`/operations/${id}`)).body.counts.done).toBeGreaterThan(0),
    { timeout: 10_000, interval: 20 },
  );
  const cancelled = await api.admin.post(`/operations/${id}/cancel`);
  expect(cancelled.body.cancelRequested).toBe(true);
  const { state, items } = await ended(api.admin, id);
  expect(state).toBe('cancelled');
  const states = new Set(items.map((item: { state: string }) => item.state));
  expect(states).toEqual(new Set(['failed', 'cancelled']));
  expect((await api.admin.post(`/operations/${id}/cancel`)).body.error.code).toBe('notCancellable');
});

test('a batch is retried once it has ended, once', async () => {
  const id = await cordonGhosts(api.admin, 2);
  await ended(api.admin, id);
  const pressed = await Promise.all([1, 2, 3].map(() => api.admin.post(`/operations/${id}/retry`)));
  expect(pressed.map(({ status }) => status).toSorted()).toEqual([202, 409, 409]);
  const refused = pressed.find(({ status }) => status === 409);
  expect(refused?.body.error).toMatchObject({ code: 'notRetryable', params: { reason: 'retried' } });
  const made = pressed.find(({ status }) => status === 202)?.body.id;
  expect((await api.admin.get(`/operations/${id}`)).body).toMatchObject({
    retryable: false,
    retriedBy: made,
  });
  expect((await ended(api.admin, made)).retryOf).toBe(id);
});

test('items are read by page, by state and by a part of their target', async () => {
  const id = await cordonGhosts(api.admin, 25);
  await ended(api.admin, id);
  const items = async (query: string) => (await api.admin.get(`/operations/${id}/items?${query}`)).body;
  const second = await items('pageSize=10&page=2');
  expect(second).toMatchObject({ total: 25, page: 2 });
  const targets = second.items.map(({ target }: { target: string }) => target);
  expect(targets).toEqual(Array.from({ length: 10 }, (_target, n) => `ghost-${n + 10}`));
  expect(await items('state=succeeded')).toMatchObject({ total: 0 });
  expect(await items('state=failed&q=host-2')).toMatchObject({ total: 6 });
  expect(await items(`parent=${second.items[0].id}`)).toMatchObject({ total: 0 });
});

test('the platform’s own work is among the own of who may see everybody’s, and of nobody else', async () => {
  const dan = await clusterAdmin('dan');
  const own = await cordonGhosts(dan, 1);
  await ended(dan, own);
  const { operation } = api.container.database.prisma;
  await operation.update({ where: { id: own }, data: { actorId: null, actor: 'platform' } });
  const idsOf = async (who: TestClient, query = '') =>
    (await who.get(`/operations?pageSize=500${query}`)).body.items.map(({ id }: { id: string }) => id);
  expect(await idsOf(api.admin)).toContain(own);
  expect(await idsOf(dan)).toEqual([]);
  expect((await dan.get(`/operations/${own}`)).status).toBe(404);
  const bobs = (await idsOf(api.admin, '&scope=all')).length - (await idsOf(api.admin)).length;
  expect(bobs).toBeGreaterThan(0);
});

test('a list is sorted by known columns only', async () => {
  expect((await api.admin.get('/operations?sort=actor_id')).body.error).toMatchObject({
    code: 'invalidField',
    field: 'query.sort',
  });
});
