import { formatCpu, parseQuantity, milliUnits, wholeUnits } from '@pilothouse/kinds';
import { limitedKubeconfig, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { TestClient } from '../../testing/test-client.ts';

let api: TestApi;
let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  await api.admin.post('/clusters', { name: 'seen', kubeconfig: cluster.kubeconfig });
});
afterAll(() => api.stop());

const figuresOf = async (client: Pick<TestClient, 'get'>, name: string) => {
  const { body } = await client.get('/cluster-figures');
  return body.items.find((each: { cluster: string }) => each.cluster === name);
};

interface Quantities {
  items: {
    status: { allocatable: Record<string, string>; conditions: { type: string; status: string }[] };
  }[];
}

test('says what kubectl says of nodes, their allocatable and the number of pods', async () => {
  await expect
    .poll(() => figuresOf(api.admin, 'seen'), { timeout: 60_000 })
    .toMatchObject({
      countedAt: expect.any(String),
    });
  const { items } = JSON.parse(await cluster.kubectl('get', 'nodes', '--output=json')) as Quantities;
  const ready = items.filter(({ status }) =>
    status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  const sum = (read: (allocatable: Record<string, string>) => number) =>
    items.reduce((total, { status }) => total + read(status.allocatable), 0);
  const figures = await figuresOf(api.admin, 'seen');
  expect(figures.nodes).toEqual({ ready: ready.length, total: items.length });
  expect(formatCpu(figures.cpu.allocatable)).toBe(
    formatCpu(sum(({ cpu }) => milliUnits(parseQuantity(cpu ?? '0')))),
  );
  expect(figures.memory.allocatable).toBe(sum(({ memory }) => wholeUnits(parseQuantity(memory ?? '0'))));
  expect(figures.pods).toBeGreaterThan(0);
  // nobody measures in this cluster: no data, not nothing
  expect([figures.cpu.used, figures.memory.used]).toEqual([null, null]);
});

test('who has no list of nodes in a cluster is told no sums of it, and who has nothing is told nothing', async () => {
  const namespaced = {
    role: 'developer',
    scope: { kind: 'namespace', cluster: 'seen', namespace: 'demo' },
  } as const;
  const li = await api.signUp('figures-li', [namespaced]);
  expect(await figuresOf(li, 'seen')).toMatchObject({
    nodes: null,
    pods: null,
    warnings: null,
    cpu: { allocatable: null, requested: null, used: null },
  });
  const nobody = await api.signUp('figures-nobody', []);
  expect((await nobody.get('/cluster-figures')).status).toBe(403);
});

test('a credential that may not list is no failure: no data', async () => {
  const kubeconfig = await limitedKubeconfig(cluster, { namespace: 'figures-limited', rules: [] });
  await api.admin.post('/clusters', { name: 'unseen', kubeconfig });
  await expect
    .poll(() => figuresOf(api.admin, 'unseen'), { timeout: 60_000 })
    .toMatchObject({
      countedAt: expect.any(String),
      nodes: null,
      pods: null,
      cpu: { allocatable: null, requested: null, used: null },
    });
});
