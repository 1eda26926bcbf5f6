// Depends on: apps/api/src/features/applications, apps/api/src/reconcile, packages/kube/src, packages/manifests/src
import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';

/** An application of a thousand Pods changes like one of two: by one call, and what is known of it follows. */
const pods = 1000;
const namespace = 'thousand';
let api: TestApi;
let cluster: LocalCluster;

beforeAll(async () => {
  // of 110 Pods each; a quarter more of them while they are replaced
  cluster = await sharedTestCluster('thousand', { kwokNodes: 12, landscape: 'none', realNode: false });
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  await api.admin.post('/clusters', { name: 'here', kubeconfig: cluster.kubeconfig });
});
afterAll(async () => {
  await api?.stop();
  await cluster?.stop();
});

const spec = (level: string) => ({ container: { env: [{ name: 'LEVEL', value: level }] } });

async function make(path: string, body: object): Promise<string> {
  const answer = await api.admin.post(path, body);
  expect([answer.status, answer.body.error ?? null]).toEqual([201, null]);
  return answer.body.id;
}

async function updatesOf(deployment: string): Promise<number> {
  const lines = (await readFile(cluster.auditLogPath, 'utf8')).split('\n');
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`;
  const ids = lines
    .filter((line) => line.includes(path) && line.includes('"verb":"patch"'))
    .map((line) => (JSON.parse(line) as { auditID: string }).auditID);
  return new Set(ids).size;
}

/** What the Pods of the cluster say. */
async function levels(): Promise<string[]> {
  const path = 'jsonpath={.items[*].spec.containers[0].env[?(@.name=="LEVEL")].value}';
  return (await cluster.kubectl('get', 'pods', '-n', namespace, '-o', path)).split(' ');
}

test('an application of a thousand Pods is changed by one call, and says how far it is', async () => {
  const company = await make('/tree', { parent: null, name: 'many', displayName: 'Many' });
  const games = await make('/tree', { parent: company, name: 'games', displayName: 'Games' });
  const shop = await make('/tree', { parent: games, name: 'shop', displayName: 'Shop' });
  const namespaceId = await make(`/projects/${shop}/namespaces`, {
    cluster: 'here',
    namespace,
    create: true,
    // where there is a real node it would take the first of them
    defaults: { nodeSelector: { type: 'kwok' }, tolerations: [{ operator: 'Exists' }] },
  });
  const cart = await make(`/projects/${shop}/applications`, {
    name: 'cart',
    displayName: 'Cart',
    spec: spec('info'),
  });
  const image = 'registry.example.com/cart:1';
  const main = await make(`/applications/${cart}/instances`, {
    name: 'main',
    namespaceId,
    spec: { image, replicas: pods },
  });
  const one = `/applications/${cart}/instances/${main}`;
  const state = async () => {
    const { phase, readyPods, appliedVersion, objectName } = (await api.admin.get(one)).body;
    return { phase, readyPods, appliedVersion, objectName };
  };
  await expect
    .poll(state, { timeout: 240_000 })
    .toMatchObject({ phase: 'running', readyPods: pods, appliedVersion: 1 });
  const { objectName } = await state();
  const before = await updatesOf(objectName);

  const changed = await api.admin.put(`/applications/${cart}`, {
    spec: spec('debug'),
    version: 1,
    rollOut: 'all',
  });
  expect(changed.status).toBe(200);
  const phases = new Set<string>();
  await expect
    .poll(
      async () => {
        const now = await state();
        phases.add(now.phase);
        return now;
      },
      { timeout: 240_000, interval: 250 },
    )
    .toMatchObject({ phase: 'running', readyPods: pods, appliedVersion: 2 });
  expect(phases).toContain('rollingOut');
  expect((await updatesOf(objectName)) - before).toBe(1);
  // the last of the old ones end by themselves
  await expect.poll(async () => new Set(await levels())).toEqual(new Set(['debug']));
  const { body } = await api.admin.get(`${one}/pods`);
  expect(body.pods).toHaveLength(pods);
}, 600_000);
