import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/test-api.ts';
import { openStream, type StreamClient } from './testing/stream-client.ts';

let cluster: LocalCluster;
let api: TestApi;

beforeAll(async () => {
  cluster = await sharedTestCluster('live-faults', { kwokNodes: 2, landscape: 'none' });
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  for (const name of ['dies', 'unseen']) {
    await api.admin.post('/clusters', { name, kubeconfig: cluster.kubeconfig });
  }
});
afterAll(() => api?.stop());

function nodesOf(name: string) {
  return { endpoint: 'resources.list', params: { cluster: name, group: 'core', plural: 'nodes' } };
}

const stateOf = (stream: StreamClient) => stream.of('rows').at(-1)?.state;

test('a list outlives its apiserver: stale rows while it is gone, live ones when it is back', async () => {
  const stream = await openStream(api.admin, 'live');
  stream.say({ type: 'subscribe', id: 1, ...nodesOf('dies') });
  await expect.poll(() => stream.of('snapshot').at(-1)?.data.state).toBe('live');

  await cluster.killApiServer();
  await expect.poll(() => stateOf(stream), { timeout: 15_000 }).toBe('stale');
  const { body } = await api.admin.get('/clusters/dies/k8s/core/nodes');
  expect([body.state, body.total]).toEqual(['stale', stream.of('snapshot').at(-1)?.data.total]);
  expect(body.total).toBeGreaterThan(1);
  expect(Date.parse(body.asOf)).toBeLessThan(Date.now());

  // whoever has seen nothing yet is told why, and is not left waiting
  const other = await openStream(api.admin, 'live');
  other.say({ type: 'subscribe', id: 1, ...nodesOf('unseen') });
  await expect
    .poll(() => other.of('error').at(-1)?.error, { timeout: 10_000 })
    .toMatchObject({ code: 'clusterUnreachable', params: { reason: 'refused' } });

  await cluster.startApiServer();
  await expect.poll(() => stateOf(stream), { timeout: 60_000 }).toBe('live');
  await cluster.kubectl('cordon', 'kwok-1');
  const cordoned = () =>
    stream.of('rows').flatMap(({ changed }) => changed as { name: string; cells: object }[]);
  await expect
    .poll(() => cordoned().findLast(({ name }) => name === 'kwok-1')?.cells, { timeout: 15_000 })
    .toMatchObject({ unschedulable: true });
  expect(stream.of('error')).toEqual([]);
  stream.socket.close();
  other.socket.close();
}, 120_000);
