import { limitedKubeconfig, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { ClusterConnections } from '../../clusters/cluster-connections.repository.ts';
import { ClusterRegistry, type ClusterName } from '../../clusters/cluster-registry.ts';
import { keyRingOf } from '../../core.ts';
import { createDatabase } from '../../db/database.ts';
import { SecretBox } from '../../db/secret-box.ts';
import { Versions } from '../../db/versions.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { TestClient } from '../../testing/test-client.ts';
import { ClusterHealthRepository } from './cluster-health.repository.ts';
import { hourOf, withProbe } from './probe-minutes.ts';

let api: TestApi;
let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
});
let mortal: Promise<LocalCluster> | undefined;
const mortalCluster = () =>
  (mortal ??= sharedTestCluster('fleet-mortal', { kwokNodes: 0, landscape: 'none', realNode: false }));
afterAll(async () => {
  await api?.stop();
  await (await mortal)?.stop();
});

const register = (name: string, more: object = {}) =>
  api.admin.post('/clusters', { name, kubeconfig: cluster.kubeconfig, ...more });

/** The registry of another replica over the same database. */
async function anotherReplica() {
  const database = createDatabase(api.database.url);
  const fail = (error: unknown) => {
    throw error;
  };
  const versions = new Versions(database, fail);
  const secrets = new SecretBox(keyRingOf(api.container.config));
  const registry = new ClusterRegistry({
    repository: new ClusterConnections(database),
    versions,
    allowLoopback: true,
    pingMs: 25_000,
    open: (id, sealed) => JSON.parse(secrets.open('clusters', id, 'credential', sealed).toString('utf8')),
    onError: fail,
  });
  await versions.start();
  await registry.start();
  return {
    registry,
    async stop() {
      await registry.stop();
      versions.stop();
      await database.close();
    },
  };
}

test('inspecting shows the context and what a probe finds, and stores nothing', async () => {
  const { status, body } = await api.admin.post('/kubeconfigs/inspect', {
    kubeconfig: cluster.kubeconfig,
    probe: true,
  });
  expect(status).toBe(200);
  expect(body.contexts).toMatchObject([
    { server: cluster.server, authentication: 'certificate', loopback: true, refusals: [], problems: [] },
  ]);
  expect(body.probe).toMatchObject({ ok: true, reason: null });
  expect(body.probe.version).toBe(JSON.parse(await cluster.kubectl('get', '--raw', '/version')).gitVersion);
  const nodes = await cluster.kubectl('get', 'nodes', '--output=name');
  expect(body.probe.nodes).toBe(nodes.trim().split('\n').length);
  expect((await api.admin.get('/clusters')).body.items).toEqual([]);
});

test('a registered cluster is healthy at once, can be edited, and keeps its connection when only words change', async () => {
  const created = await register('life', { displayName: '一号', environment: 'test' });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({
    name: 'life',
    displayName: '一号',
    environment: 'test',
    server: cluster.server,
    source: 'pasted',
    health: { state: 'healthy', lastProbe: { ok: true } },
  });
  expect(created.body.certificateExpiresAt).not.toBeNull();

  const replica = await anotherReplica();
  const handle = replica.registry.get('life');
  const connection = handle?.connection;
  const edited = await api.admin.patch('/clusters/life', { description: 'words', environment: 'production' });
  expect(edited.body).toMatchObject({ displayName: '一号', description: 'words', environment: 'production' });
  const described = { owner: '支付团队', labels: { team: 'payments', 'example.com/tier': '1' } };
  expect((await api.admin.patch('/clusters/life', described)).body).toMatchObject(described);
  expect((await api.admin.patch('/clusters/life', { labels: { team: 'a b' } })).status).toBe(400);
  expect((await api.admin.patch('/clusters/life', { labels: { 'bad key': '' } })).status).toBe(400);
  expect((await api.admin.get('/clusters/life')).body).toMatchObject(described);
  await api.admin.patch('/clusters/life', { timeoutMs: 3000 });
  await expect.poll(() => connection?.closed.aborted).toBe(true);
  expect(replica.registry.get('life')).not.toBe(handle);
  expect(replica.registry.get('life')?.timeoutMs).toBe(3000);
  await replica.stop();

  expect((await register('life')).body.error).toMatchObject({ code: 'conflict', field: 'body.name' });
  expect((await api.admin.delete('/clusters/life')).status).toBe(204);
  expect((await api.admin.get('/clusters/life')).status).toBe(404);
  expect((await api.admin.delete('/clusters/life')).status).toBe(404);
});

test('other replicas learn of a cluster, of its new credential and of its end', async () => {
  const replica = await anotherReplica();
  const removed = vi.fn<(cluster: ClusterName) => void>();
  replica.registry.onRemoved(removed);
  await register('elsewhere');
  await within(5000, () => expect.poll(() => replica.registry.idOf('elsewhere')).toBeDefined());
  const id = replica.registry.idOf('elsewhere');
  const before = replica.registry.get('elsewhere')?.connection;

  const limited = await limitedKubeconfig(cluster, { namespace: 'fleet', rules: [] });
  const replaced = await api.admin.put('/clusters/elsewhere/kubeconfig', { kubeconfig: limited });
  expect(replaced.status).toBe(200);
  // this credential may not list nodes
  expect(replaced.body.health.lastProbe).toMatchObject({ ok: true, nodes: null });
  await within(5000, () => expect.poll(() => before?.closed.aborted).toBe(true));
  const after = replica.registry.get('elsewhere')?.connection;
  expect(after).not.toBe(before);

  await api.admin.delete('/clusters/elsewhere');
  await within(5000, () => expect.poll(() => removed.mock.calls).toEqual([[{ id, name: 'elsewhere' }]]));
  expect(after?.closed.aborted).toBe(true);
  expect(replica.registry.get('elsewhere')).toBeUndefined();
  await replica.stop();
});

test('who has namespaces of it alone sees neither where it is nor how many nodes it has', async () => {
  await register('partly');
  const scope = { kind: 'cluster', cluster: 'partly' } as const;
  const inPart = await api.signUp('in-part', [
    { role: 'developer', scope: { kind: 'namespace', cluster: 'partly', namespace: 'shop' } },
  ]);
  // on the whole cluster, but not its nodes
  const ofPods = await api.signUp('of-pods', [{ role: 'developer', scope }]);
  const viewer = await api.signUp('of-all', [{ role: 'viewer', scope }]);
  const seen = async (client: TestClient) => {
    const { body: one } = await client.get('/clusters/partly');
    const { items } = (await client.get('/clusters')).body;
    expect(items).toContainEqual(one);
    return [one.server !== null, one.health.lastProbe.nodes !== null];
  };
  expect(await seen(viewer)).toEqual([true, true]);
  expect(await seen(ofPods)).toEqual([true, false]);
  expect(await seen(inPart)).toEqual([false, false]);
});

test('removing takes the grants along; the same name again revives nothing', async () => {
  await register('again');
  const ann = await api.signUp('ann', [
    { role: 'viewer', scope: { kind: 'cluster', cluster: 'again' } },
    { role: 'developer', scope: { kind: 'namespace', cluster: 'again', namespace: 'demo' } },
  ]);
  expect((await ann.get('/clusters')).body.items).toMatchObject([{ name: 'again' }]);
  await api.admin.delete('/clusters/again');
  await register('again');
  expect((await ann.get('/clusters')).status).toBe(403);
  expect((await ann.get('/clusters/again')).status).toBe(403);
  expect((await api.admin.get('/grants?user=ann')).body.items).toEqual([]);
  await api.admin.delete('/clusters/again');
});

test('who may see one cluster only is shown that one', async () => {
  await register('seen');
  await register('hidden');
  const bob = await api.signUp('bob', [
    { role: 'developer', scope: { kind: 'namespace', cluster: 'seen', namespace: 'demo' } },
  ]);
  expect((await bob.get('/clusters')).body.items.map(({ name }: { name: string }) => name)).toEqual(['seen']);
  expect((await bob.get('/clusters/seen')).status).toBe(200);
  // where it is, is not the business of who has a namespace of it
  const { port } = new URL(cluster.server);
  for (const path of ['/clusters', '/clusters/seen']) {
    expect(JSON.stringify((await bob.get(path)).body)).not.toContain(port);
    expect(JSON.stringify((await api.admin.get(path)).body)).toContain(port);
  }
  expect((await bob.get('/clusters/hidden')).status).toBe(403);
  for (const answer of [
    await bob.post('/clusters/seen/probe'),
    await bob.patch('/clusters/seen', { displayName: 'mine' }),
    await bob.put('/clusters/seen/kubeconfig', { kubeconfig: cluster.kubeconfig }),
    await bob.delete('/clusters/seen'),
    await bob.post('/clusters', { name: 'bobs', kubeconfig: cluster.kubeconfig }),
    await bob.post('/kubeconfigs/inspect', { kubeconfig: cluster.kubeconfig }),
    await bob.get('/cluster-candidates'),
  ]) {
    expect(answer.status).toBe(403);
  }
  await api.admin.delete('/clusters/seen');
  await api.admin.delete('/clusters/hidden');
});

test('every change of a cluster is in the audit log', async () => {
  await register('audited');
  await api.admin.patch('/clusters/audited', { description: 'x' });
  await api.admin.post('/clusters/audited/probe');
  await api.admin.delete('/clusters/audited');
  const { body } = await api.admin.get('/audit?pageSize=500');
  const codes = body.items
    .filter(({ name }: { name: string }) => name === 'audited')
    .map(({ code, outcome, user }: Record<string, string>) => [code, outcome, user]);
  expect(codes).toEqual(
    ['cluster.delete', 'cluster.probe', 'cluster.update', 'cluster.create'].map((code) => [
      code,
      'succeeded',
      'admin',
    ]),
  );
});

test('a cluster that goes away and comes back is noticed within 15 s where somebody looks', async () => {
  const mortal = await mortalCluster();
  onTestFinished(async () => void (await api.admin.delete('/clusters/mortal')));
  await api.admin.post('/clusters', { name: 'mortal', kubeconfig: mortal.kubeconfig });
  const look = async () => (await api.admin.get('/clusters/mortal')).body.health;
  expect(await look()).toMatchObject({ state: 'healthy' });
  const { since } = await look();

  onTestFinished(() => mortal.startApiServer());
  await mortal.killApiServer();
  await within(15_000, () => expect.poll(look, { interval: 500 }).toMatchObject({ state: 'unhealthy' }));
  const sick = await look();
  expect(sick.lastProbe.ok).toBe(false);
  // the probe may have been under way when it went
  expect(['refused', 'unreachable']).toContain(sick.lastProbe.reason);
  expect(Date.parse(sick.since)).toBeGreaterThan(Date.parse(since));

  await mortal.startApiServer();
  await within(15_000, () => expect.poll(look, { interval: 500 }).toMatchObject({ state: 'healthy' }));
});

test('a request that meets a dead cluster has it probed at once', async () => {
  const mortal = await mortalCluster();
  await api.admin.post('/clusters', { name: 'struck', kubeconfig: mortal.kubeconfig });
  // nobody has looked for a while: the regular probe is far away
  const database = createDatabase(api.database.url);
  await database.prisma.$executeRaw`
    UPDATE cluster_health SET next_probe_at = TIMESTAMPADD(HOUR, 1, UTC_TIMESTAMP(6))`;
  onTestFinished(() => mortal.startApiServer());
  await mortal.killApiServer();
  await api.admin.get('/clusters/struck/k8s/core/nodes/_/none');
  await expect
    .poll(() => database.prisma.clusterHealth.findFirst({ where: { cluster: { name: 'struck' } } }))
    .toMatchObject({ state: 'unhealthy', reason: expect.stringMatching(/^(refused|unreachable)$/) });
  await database.close();
  await api.admin.delete('/clusters/struck');
});

test('a day of probes is kept, a minute at a time, and told without what names the address', async () => {
  const { name, id } = (await register('probed')).body;
  const database = createDatabase(api.database.url);
  const health = new ClusterHealthRepository(database);
  const now = Date.now();
  const read = async (client: Pick<TestClient, 'get'> = api.admin) =>
    (await client.get(`/clusters/${name}/probes`)).body.minutes as [number, number | null, string | null][];
  // the probe by which it was registered
  const [first] = await read();
  expect(first).toEqual([expect.any(Number), expect.any(Number), null]);
  for (const [hoursAgo, ok] of [
    [26, true],
    [23, true],
    [2, false],
    [1, true],
  ] as const) {
    const at = new Date(now - hoursAgo * 3_600_000);
    const probe = { at, ok, reason: ok ? null : ('timeout' as const), latencyMs: ok ? 7 : null };
    const minutes = withProbe(null, probe);
    await database.prisma.clusterProbeHour.create({ data: { clusterId: id, hour: hourOf(at), minutes } });
  }
  const minuteAgo = (hours: number) => Math.floor((now - hours * 3_600_000) / 60_000) * 60;
  const older = [
    [minuteAgo(23), 7, null],
    [minuteAgo(2), null, 'timeout'],
    [minuteAgo(1), 7, null],
  ];
  expect((await read()).slice(0, 4)).toEqual([...older, first]);
  const li = await api.signUp('probes-li', [
    { role: 'developer', scope: { kind: 'namespace', cluster: name, namespace: 'demo' } },
  ]);
  expect((await read(li)).slice(0, 3)).toEqual(older);
  expect(await health.prune(new Date(now - 25 * 3_600_000), 500)).toBe(1);
  expect(await health.prune(new Date(now - 25 * 3_600_000), 500)).toBe(0);
  await api.admin.delete(`/clusters/${name}`);
  expect(await database.prisma.clusterProbeHour.count({ where: { clusterId: id } })).toBe(0);
  await database.close();
});

test('a credential that cannot be decrypted makes its cluster unhealthy, and no other', async () => {
  await register('garbled');
  await register('intact');
  const database = createDatabase(api.database.url);
  const { id } = await database.prisma.cluster.findUniqueOrThrow({ where: { name: 'garbled' } });
  // as a database restored beside another master key
  await database.prisma.cluster.update({
    where: { id },
    data: { credential: new Uint8Array(200), connectionVersion: { increment: 1 } },
  });
  await database.prisma.version.update({ where: { name: 'clusters' }, data: { version: { increment: 1 } } });
  await expect
    .poll(async () => (await api.admin.post('/clusters/garbled/probe')).body.health.lastProbe)
    .toMatchObject({ ok: false, reason: 'credentialUnreadable' });
  expect((await api.admin.get('/clusters/garbled/k8s/core/nodes')).status).toBe(500);
  expect((await api.admin.get('/clusters/intact/k8s/core/nodes')).status).toBe(200);
  const mended = await api.admin.put('/clusters/garbled/kubeconfig', { kubeconfig: cluster.kubeconfig });
  expect(mended.body.health.state).toBe('healthy');
  await api.admin.delete('/clusters/garbled');
  await api.admin.delete('/clusters/intact');
  await database.close();
});
