import type { Row } from '@pilothouse/kinds';
import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRole } from '../../testing/create-role.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { createNamespace } from './testing/resource-world.ts';

/** What is used, in the lists of nodes and pods, is what `kubectl top` prints of the same metrics-server. */
const namespace = 'top';
/** Where a workload's pods are not the only ones. */
const mixed = 'top-mixed';
let api: TestApi;
let cluster: LocalCluster;

const used: Record<string, { cpu: string; memory: string }[]> = {
  small: [{ cpu: '3m', memory: '2Mi' }],
  odd: [{ cpu: '1500u', memory: '1500Ki' }],
  large: [{ cpu: '250m', memory: '300Mi' }],
};
const asleep = 'unmeasured';

/** kwok measures what a pod's annotation says. */
function pod(
  name: string,
  { cpu, memory }: { cpu: string; memory: string },
  { node = 'kwok-1', namespace: place = namespace }: { node?: string | null; namespace?: string } = {},
) {
  const resources = { requests: { cpu: '100m', memory: '100Mi' }, limits: { memory: '400Mi' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: place,
      annotations: { 'kwok.x-k8s.io/usage-cpu': cpu, 'kwok.x-k8s.io/usage-memory': memory },
    },
    spec: {
      ...(node === null ? { nodeSelector: { nowhere: 'x' } } : { nodeName: node }),
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'main', image: 'none', resources }],
    },
  };
}

const { metadata, spec } = pod('', { cpu: '20m', memory: '64Mi' });
const workload = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: mixed },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' }, annotations: metadata.annotations }, spec },
  },
};

beforeAll(async () => {
  cluster = await sharedTestCluster('metrics-now', { metrics: true, kwokNodes: 2, landscape: 'none' });
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  const answer = await api.admin.post('/clusters', { name: 'here', kubeconfig: cluster.kubeconfig });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  for (const name of [namespace, mixed]) await createNamespace(cluster, name);
  for (const [name, [amounts]] of Object.entries(used))
    if (amounts !== undefined) await cluster.apply(JSON.stringify(pod(name, amounts)));
  await cluster.apply(JSON.stringify(workload));
  await cluster.apply(JSON.stringify(pod('alone', used['large']![0]!, { namespace: mixed })));
  // no node is good for it: nobody measures it
  await cluster.apply(JSON.stringify(pod(asleep, { cpu: '1', memory: '1Gi' }, { node: null })));
});

afterAll(async () => {
  await api?.stop();
  await cluster?.stop();
});

async function top(...args: string[]): Promise<string[][]> {
  const text = await cluster.kubectl('top', ...args, '--no-headers').catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim().split(/\s+/));
}

const amount = (value: unknown, unit: number, suffix: string) =>
  `${Math.trunc(Number(value) / unit)}${suffix}`;
const share = (value: unknown) => `${Math.trunc(Number(value) * 100)}%`;

async function rows(plural: string, query: string, as = api.admin): Promise<Row[]> {
  const group = plural === 'deployments' ? 'apps' : 'core';
  const answer = await as.get(`/clusters/here/k8s/${group}/${plural}?${query}`);
  expect(answer.status).toBe(200);
  return answer.body.items as Row[];
}

test('pods, as kubectl top prints them, the most first; of the one that nobody measures there is no data', async () => {
  await expect
    .poll(async () => (await top('pods', '-n', namespace)).length, { timeout: 120_000, interval: 2000 })
    .toBe(3);
  const theirs = await top('pods', '-n', namespace, '--sort-by=memory');
  const query = `namespace=${namespace}&withUsage=true&sort=-memoryUsage`;
  await expect
    .poll(async () => {
      const ours = await rows('pods', query);
      return ours
        .filter(({ cells }) => cells['memoryUsage'] !== null)
        .map(({ name, cells }) => [
          name,
          amount(cells['cpuUsage'], 1, 'm'),
          amount(cells['memoryUsage'], 2 ** 20, 'Mi'),
        ]);
    })
    .toEqual(theirs);
  const ours = await rows('pods', query);
  expect(ours.map(({ name }) => name).toSorted()).toEqual([...Object.keys(used), asleep].toSorted());
  expect(ours.find(({ name }) => name === 'large')?.cells).toMatchObject({
    memoryUsageOfRequests: 3,
    memoryUsageOfLimits: 0.75,
    cpuUsageOfLimits: null,
  });
  expect(ours.find(({ name }) => name === asleep)?.cells).toMatchObject({
    cpuUsage: null,
    memoryUsage: null,
  });
});

test('namespaces and workloads with the sums of their pods; how many of the others there are is no matter', async () => {
  const summed = async (plural: string, query: string) =>
    (await rows(plural, `${query}withUsage=true&sort=-memoryUsage`)).find(({ name }) =>
      [mixed, 'web'].includes(name),
    )?.cells;
  await expect
    .poll(() => summed('deployments', `namespace=${mixed}&`), { timeout: 120_000, interval: 2000 })
    .toMatchObject({
      runningPods: 2,
      memoryUsage: 128 * 2 ** 20,
      memoryLimits: 800 * 2 ** 20,
      cpuRequests: 200,
    });
  const theirs = await top('pods', '-n', mixed);
  const sum = theirs.reduce((total, [, , memory]) => total + Number.parseInt(memory ?? '', 10), 0);
  const ours = await summed('namespaces', '');
  expect(ours).toMatchObject({ runningPods: 3, cpuRequests: 300 });
  // kubectl cuts each off
  expect(Number(ours?.['memoryUsage']) / 2 ** 20 - sum).toBeLessThan(theirs.length);
  expect(Number(ours?.['memoryUsage']) / 2 ** 20 - sum).toBeGreaterThanOrEqual(0);
});

test('nodes with their share of what is allocatable', async () => {
  const kwok = ([name]: string[]) => name?.startsWith('kwok-') === true;
  const ours = async () =>
    (await rows('nodes', 'sort=-memoryUsageShare'))
      .filter(({ name }) => kwok([name]))
      .map(({ name, cells }) =>
        cells['cpuUsage'] === null
          ? [name, ...Array<string>(4).fill('<unknown>')]
          : [
              name,
              amount(cells['cpuUsage'], 1, 'm'),
              share(cells['cpuUsageShare']),
              amount(cells['memoryUsage'], 2 ** 20, 'Mi'),
              share(cells['memoryUsageShare']),
            ],
      );
  await expect
    .poll(
      async () =>
        [await ours(), (await top('nodes')).filter(kwok)].map((lines) => JSON.stringify(lines.toSorted())),
      {
        timeout: 40_000,
      },
    )
    .toSatisfy(([mine, theirs]: string[]) => mine === theirs && mine?.includes('m"') === true);
});

test('use of pods is seen with the right to list their metrics, in the namespaces where there is one', async () => {
  await createRole(api, 'blind', ['k8s/core/pods list']);
  const place = { kind: 'namespace', cluster: 'here', namespace } as const;
  const li = await api.signUp('li', [{ role: 'blind', scope: place }]);
  expect((await li.get(`/clusters/here/k8s/core/pods?namespace=${namespace}`)).status).toBe(200);
  expect((await li.get(`/clusters/here/k8s/core/pods?namespace=${namespace}&withUsage=true`)).status).toBe(
    403,
  );
  const dev = await api.signUp('dev', [{ role: 'developer', scope: place }]);
  const seen = await rows('pods', 'withUsage=true', dev);
  expect(new Set(seen.map((row) => row.namespace))).toEqual(new Set([namespace]));
  expect(seen.some(({ cells }) => typeof cells['memoryUsage'] === 'number')).toBe(true);
  expect((await rows('namespaces', 'withUsage=true', dev)).map(({ name }) => name)).toEqual([namespace]);
  expect((await li.get('/clusters/here/k8s/core/namespaces?withUsage=true')).status).toBe(403);
});
