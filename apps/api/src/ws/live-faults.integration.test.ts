import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/test-api.ts';
import { openStream, type StreamClient } from './testing/stream-client.ts';

let cluster: LocalCluster;
let api: TestApi;

beforeAll(async () => {
  cluster = await sharedTestCluster('live-faults', { kwokNodes: 2, landscape: 'none', realNode: false });
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  for (const name of ['dies', 'unseen']) {
    await api.admin.post('/clusters', { name, kubeconfig: cluster.kubeconfig });
  }
});
afterAll(async () => {
  await api?.stop();
  await cluster?.stop();
});

function nodesOf(name: string) {
  return { endpoint: 'resources.list', params: { cluster: name, group: 'core', plural: 'nodes' } };
}

/** Name, uid and version of every node: as the platform has them, and as the cluster does. */
async function held(name: string): Promise<string[]> {
  const { body } = await api.admin.get(`/clusters/${name}/k8s/core/nodes?pageSize=100`);
  return body.items.map((row: { name: string; uid: string; resourceVersion: string }) =>
    [row.name, row.uid, row.resourceVersion].join(' '),
  );
}
async function real(): Promise<string[]> {
  const { items } = JSON.parse(await cluster.kubectl('get', 'nodes', '-o', 'json'));
  return items.map(({ metadata }: { metadata: { name: string; uid: string; resourceVersion: string } }) =>
    [metadata.name, metadata.uid, metadata.resourceVersion].join(' '),
  );
}
/** Polled: a node's heartbeat may lie between the two questions. */
const rowsAreThoseOf = async (name: string) =>
  JSON.stringify((await held(name)).toSorted()) === JSON.stringify((await real()).toSorted());

const stateOf = (stream: StreamClient) => stream.of('rows').at(-1)?.state;

test('lists and objects outlive their apiserver: stale while it is gone, live when it is back', async () => {
  const one = await openStream(api.admin, 'live');
  const place = { group: 'core', plural: 'nodes', namespace: '_', name: 'kwok-1' };
  one.say({ type: 'subscribe', id: 1, endpoint: 'resources.get', params: { cluster: 'dies', ...place } });
  const shown = () => one.of('snapshot').at(-1)?.data;
  await expect.poll(() => shown()?.state).toBe('live');
  const stream = await openStream(api.admin, 'live');
  stream.say({ type: 'subscribe', id: 1, ...nodesOf('dies') });
  await expect.poll(() => stream.of('snapshot').at(-1)?.data.state).toBe('live');

  await cluster.killApiServer();
  await within(15_000, () => expect.poll(() => stateOf(stream)).toBe('stale'));
  await expect.poll(() => shown().state).toBe('stale');
  expect(shown().object.metadata.name).toBe('kwok-1');
  const { body } = await api.admin.get('/clusters/dies/k8s/core/nodes');
  expect([body.state, body.total]).toEqual(['stale', stream.of('snapshot').at(-1)?.data.total]);
  expect(body.total).toBeGreaterThan(1);
  expect(Date.parse(body.asOf)).toBeLessThan(Date.now());

  // whoever has seen nothing yet is told why, and is not left waiting
  const other = await openStream(api.admin, 'live');
  other.say({ type: 'subscribe', id: 1, ...nodesOf('unseen') });
  await expect
    .poll(() => other.of('error').at(-1)?.error)
    .toMatchObject({ code: 'clusterUnreachable', params: { reason: 'refused' } });

  await cluster.startApiServer();
  await expect.poll(() => stateOf(stream), { timeout: 60_000 }).toBe('live');
  await cluster.kubectl('cordon', 'kwok-1');
  const cordoned = () =>
    stream.of('rows').flatMap(({ changed }) => changed as { name: string; cells: object }[]);
  await expect
    .poll(() => cordoned().findLast(({ name }) => name === 'kwok-1')?.cells)
    .toMatchObject({ unschedulable: true });
  await expect.poll(() => rowsAreThoseOf('dies')).toBe(true);
  await expect.poll(shown).toMatchObject({ state: 'live', object: { spec: { unschedulable: true } } });
  expect([...stream.of('error'), ...one.of('error')]).toEqual([]);
  one.socket.close();
  stream.socket.close();
  other.socket.close();
}, 120_000);

test.each([
  ['hangs', 'SIGSTOP'],
  ['dies', 'SIGKILL'],
] as const)(
  'an etcd that %s: changes are refused by name, lists go on, and all is right when it is back',
  async (_what, signal) => {
    const stream = await openStream(api.admin, 'live');
    stream.say({ type: 'subscribe', id: 1, ...nodesOf('dies') });
    await expect.poll(() => stream.of('snapshot').at(-1)?.data.state).toBe('live');
    const before = (await held('dies')).map((row) => row.split(' ')[1]).toSorted();

    await cluster.signal('etcd', signal);
    const cordon = () => api.admin.post('/clusters/dies/k8s/core/nodes/_/kwok-2/actions/cordon');
    const refused = await within(12_000, cordon);
    expect(refused.status).toBeGreaterThanOrEqual(500);
    expect(refused.body.error.code).toMatch(/^cluster(Unreachable|Error)$/);
    // what is known is still shown, as of when it was known
    expect((await held('dies')).map((row) => row.split(' ')[1]).toSorted()).toEqual(before);
    expect((await api.admin.get('/clusters')).status).toBe(200);

    if (signal === 'SIGSTOP') await cluster.signal('etcd', 'SIGCONT');
    await cluster.startApiServer();
    await expect.poll(async () => (await cordon()).status).toBe(200);
    await expect.poll(() => rowsAreThoseOf('dies')).toBe(true);
    const { body } = await api.admin.get('/clusters/dies/k8s/core/nodes');
    expect(body.state).toBe('live');
    expect(body.items.find(({ name }: { name: string }) => name === 'kwok-2')?.cells).toMatchObject({
      unschedulable: true,
    });
    await cluster.kubectl('uncordon', 'kwok-2');
    stream.socket.close();
  },
  120_000,
);
