import { formatCpu, parseQuantity, milliUnits, wholeUnits } from '@pilothouse/kinds';
import { limitedKubeconfig, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('namespaces', () => {
  const namespace = 'figures-quota';
  const figuresIn = async (client: Pick<TestClient, 'get'>, name = 'counted') =>
    (await client.get(`/clusters/${name}/namespace-figures`)).body;

  beforeAll(async () => {
    const metadata = { namespace };
    const resources = { requests: { cpu: '250m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } };
    const pod = (name: string, node: string | null) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name },
      spec: {
        ...(node !== null && { nodeName: node, tolerations: [{ operator: 'Exists' }] }),
        ...(node === null && { nodeSelector: { 'figures.test/nowhere': 'true' } }),
        automountServiceAccountToken: false,
        containers: [{ name: 'c', image: 'example.com/a:1', resources }],
      },
    });
    const hard = { pods: '10', 'requests.cpu': '2', 'requests.memory': '1Gi' };
    const node = (await cluster.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim();
    await cluster.kubectl('create', 'namespace', namespace);
    await cluster.apply(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { ...metadata, name: 'most' },
        spec: { hard },
      }),
    );
    // the quota counts what is made after it
    await cluster.kubectl(
      'wait',
      'resourcequota/most',
      '-n',
      namespace,
      '--for=jsonpath={.status.hard.pods}=10',
    );
    for (const each of [pod('a', node), pod('b', node), pod('waiting', null)])
      await cluster.apply(JSON.stringify(each));
    await api.admin.post('/clusters', { name: 'counted', kubeconfig: cluster.kubeconfig });
  });

  test('are told what their pods on nodes request, and their quotas as kubectl has them', async () => {
    await expect
      .poll(() => figuresIn(api.admin), { timeout: 120_000 })
      .toMatchObject({ sweptAt: expect.any(String) });
    const { items, quotas } = await figuresIn(api.admin);
    expect(items.find((each: { namespace: string }) => each.namespace === namespace)).toEqual({
      namespace,
      pods: 2,
      cpu: { requests: 500, limits: 2000 },
      memory: { requests: 2 * 64 * 2 ** 20, limits: 2 * 128 * 2 ** 20 },
    });
    const read = (side: 'used' | 'hard', resource: string) =>
      cluster.kubectl(
        'get',
        'resourcequota',
        'most',
        '-n',
        namespace,
        '-o',
        `jsonpath={.status.${side}.${resource}}`,
      );
    const [quota] = quotas.filter((each: { namespace: string }) => each.namespace === namespace);
    expect(quota).toMatchObject({ name: 'most' });
    expect(quota.resources).toEqual([
      { resource: 'pods', used: await read('used', 'pods'), hard: '10', share: 0.3 },
      { resource: 'requests.cpu', used: await read('used', 'requests\\.cpu'), hard: '2', share: 0.375 },
      {
        resource: 'requests.memory',
        used: await read('used', 'requests\\.memory'),
        hard: '1Gi',
        share: 0.1875,
      },
    ]);
  });

  test('are told to whom they were granted, and to nobody else', async () => {
    const scope = { kind: 'namespace', cluster: 'counted', namespace } as const;
    const li = await api.signUp('namespaces-li', [{ role: 'developer', scope }]);
    const { items, quotas } = await figuresIn(li);
    expect(items.map((each: { namespace: string }) => each.namespace)).toEqual([namespace]);
    expect(quotas.map((each: { namespace: string }) => each.namespace)).toEqual([namespace]);
    const nobody = await api.signUp('namespaces-nobody', []);
    expect((await nobody.get('/clusters/counted/namespace-figures')).status).toBe(403);
  });
});
