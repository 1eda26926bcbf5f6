import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';

/** What metrics-server measures in a real cluster is kept, and is read by whoever may. */
const namespace = 'kept';
const mi = 2 ** 20;
let api: TestApi;
let cluster: LocalCluster;

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: {
        labels: { app: 'web' },
        annotations: { 'kwok.x-k8s.io/usage-cpu': '20m', 'kwok.x-k8s.io/usage-memory': '64Mi' },
      },
      spec: {
        nodeName: 'kwok-1',
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'main', image: 'none', resources: { requests: { memory: '100Mi' } } }],
      },
    },
  },
};

beforeAll(async () => {
  cluster = await sharedTestCluster('metrics-kept', { metrics: true, kwokNodes: 2, landscape: 'none' });
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  const registered = await api.admin.post('/clusters', { name: 'here', kubeconfig: cluster.kubeconfig });
  if (registered.status !== 201) throw new Error(JSON.stringify(registered.body));
  await cluster.kubectl('create', 'namespace', namespace);
  await cluster.apply(JSON.stringify(deployment));
});

afterAll(async () => {
  await api?.stop();
  await cluster?.stop();
});

async function lastPoint(of: string): Promise<number[] | undefined> {
  const { status, body } = await api.admin.get(`/clusters/here/usage/${of}`);
  expect(status).toBe(200);
  return (body.points as (number[] | null)[]).findLast((point) => point !== null) ?? undefined;
}

test('a pod is measured while somebody looks, and nothing is kept until that is switched on', async () => {
  const pods = async () =>
    (await cluster.kubectl('get', 'pods', '-n', namespace, '-o', 'name')).trim().split('\n');
  await expect.poll(async () => (await pods()).length).toBe(2);
  const [pod = ''] = await pods();
  const path = `/clusters/here/usage/core/pods/${namespace}/${pod.replace('pod/', '')}/recent`;
  await expect
    .poll(async () => (await api.admin.get(path)).body, { timeout: 120_000, interval: 2000 })
    .toMatchObject({ isMeasured: true });
  const { body: recent } = await api.admin.get(path);
  expect(recent.samples.at(-1)).toEqual([expect.any(String), expect.any(Number), 64 * mi]);
  // metrics-server divides by the time between two looks
  expect(Math.abs(recent.samples.at(-1)[1] - 20)).toBeLessThan(6);
  const { body } = await api.admin.get('/clusters/here/usage/core/nodes/_/kwok-1');
  expect(body).toMatchObject({ keeps: false, stepMs: 60_000 });
  expect(body.points).toHaveLength(1440);
  expect(body.points.every((point: unknown) => point === null)).toBe(true);
}, 150_000);

test('switched on, nodes, namespaces and workloads have a point each minute', async () => {
  const edited = await api.admin.patch('/clusters/here', { keepsUsage: true });
  expect([edited.status, edited.body.keepsUsage]).toEqual([200, true]);
  await expect
    .poll(() => lastPoint(`apps/deployments/${namespace}/web`), { timeout: 150_000, interval: 3000 })
    .toEqual([expect.any(Number), expect.any(Number), 128 * mi, 128 * mi, 0, 0, 200 * mi, 0]);
  expect(await lastPoint(`core/namespaces/_/${namespace}`)).toEqual(
    await lastPoint(`apps/deployments/${namespace}/web`),
  );
  const [, , memory = 0] = (await lastPoint('core/nodes/_/kwok-1')) ?? [];
  expect(memory).toBeGreaterThanOrEqual(128 * mi);
}, 180_000);

test('it is read by those who may list the object and the metrics', async () => {
  const scope = { kind: 'namespace', cluster: 'here', namespace } as const;
  const dev = await api.signUp('dev', [{ role: 'developer', scope }]);
  expect((await dev.get(`/clusters/here/usage/apps/deployments/${namespace}/web`)).status).toBe(200);
  expect((await dev.get(`/clusters/here/usage/core/namespaces/_/${namespace}`)).status).toBe(200);
  expect((await dev.get('/clusters/here/usage/core/namespaces/_/default')).status).toBe(403);
  expect((await dev.get('/clusters/here/usage/core/nodes/_/kwok-1')).status).toBe(403);
  expect((await dev.get('/clusters/here/usage/core/nodes/_/kwok-1/recent')).status).toBe(403);
});
