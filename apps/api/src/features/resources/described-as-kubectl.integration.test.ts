import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { allocatedResources, descriptorFor, type Pod, type Row } from '@pilothouse/kinds';
import { apiPath, connect, patchObject, readContext, type ClusterConnection } from '@pilothouse/kube';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { createNamespace } from './testing/resource-world.ts';

const core = { group: '', version: 'v1' };
const namespace = 'described-as-kubectl';
const node = 'described-as-kubectl';

let cluster: LocalCluster;
let connection: ClusterConnection;
let api: TestApi;

const offers = {
  cpu: '4',
  memory: '8Gi',
  pods: '20',
  'ephemeral-storage': '10Gi',
  'hugepages-2Mi': '1Gi',
  'hugepages-1Gi': '0',
  'example.com/gpu': '2k',
  'another.example/device': '4',
};

type Status = NonNullable<Pod['status']>;
type Wire = Record<string, string>;
interface Case {
  requests: Wire;
  limits?: Wire;
  isUnbound?: true;
  status?: Status;
  /** What the kubelet says it has given, and whether it will give what is wished for. */
  resize?: { requests: Wire; limits?: Wire; allocated?: Wire; pending?: 'Deferred' | 'Infeasible' };
}

const gpu = { 'example.com/gpu': '3', 'hugepages-2Mi': '4Mi', 'ephemeral-storage': '1Gi' };
const cases: Record<string, Case> = {
  plain: { requests: { cpu: '250m', memory: '100500m' }, limits: { cpu: '1', memory: '1Gi' } },
  fraction: { requests: { cpu: '250m', memory: '0.2' }, limits: { memory: '1Gi' } },
  others: { requests: { cpu: '1', memory: '20', ...gpu }, limits: { memory: '1Gi', ...gpu } },
  finished: { requests: { cpu: '1', memory: '10' }, status: { phase: 'Succeeded' } },
  unbound: { requests: { cpu: '1', memory: '10' }, isUnbound: true },
  deferred: {
    requests: { cpu: '400m', memory: '10' },
    limits: { cpu: '500m' },
    resize: {
      requests: { cpu: '300m', memory: '30' },
      limits: { cpu: '600m' },
      allocated: { cpu: '350m', memory: '20' },
      pending: 'Deferred',
    },
  },
  infeasible: {
    requests: { cpu: '3', memory: '10' },
    limits: { cpu: '3500m' },
    resize: {
      requests: { cpu: '100m', memory: '5' },
      limits: { cpu: '200m' },
      allocated: { cpu: '150m', memory: '5' },
      pending: 'Infeasible',
    },
  },
  given: { requests: { cpu: '100m', memory: '10' }, resize: { requests: { cpu: '200m', memory: '10' } } },
};

function statusOf({ status, resize }: Case): Status {
  if (resize === undefined) return status ?? { phase: 'Running' };
  const { requests, limits, allocated, pending } = resize;
  return {
    phase: 'Running',
    ...(pending !== undefined && {
      conditions: [{ type: 'PodResizePending', status: 'True', reason: pending }],
    }),
    containerStatuses: [
      {
        name: 'main',
        image: 'none',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: {} },
        resources: { requests, ...(limits !== undefined && { limits }) },
        ...(allocated !== undefined && { allocatedResources: allocated }),
      },
    ],
  };
}

async function create([name, one]: [string, Case]): Promise<void> {
  const resources = { requests: one.requests, ...(one.limits !== undefined && { limits: one.limits }) };
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      ...(one.isUnbound ? { schedulerName: 'nobody' } : { nodeName: node }),
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'main', image: 'none', resources }],
    },
  };
  await connection.json({ method: 'POST', path: apiPath({ ...core, plural: 'pods', namespace }), body });
  await patchObject(
    connection,
    { ...core, plural: 'pods', namespace, name, subresource: 'status' },
    { status: statusOf(one) },
  );
}

beforeAll(async () => {
  cluster = await sharedTestCluster();
  const credential = readContext(cluster.kubeconfig, undefined, { allowInsecure: false });
  connection = connect(credential, { addressPolicy: { allowLoopback: true } });
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  await api.admin.post('/clusters', { name: 'here', kubeconfig: cluster.kubeconfig });
  await createNamespace(cluster, namespace);
  await connection.json({
    method: 'POST',
    path: apiPath({ ...core, plural: 'nodes' }),
    body: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node },
      spec: { taints: [{ key: 'example.com/held', effect: 'NoSchedule' }] },
    },
  });
  await patchObject(
    connection,
    { ...core, plural: 'nodes', name: node, subresource: 'status' },
    { status: { capacity: offers, allocatable: { ...offers, cpu: '3800m' } } },
  );
  await Promise.all(Object.entries(cases).map(create));
});
afterAll(async () => {
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false');
  await cluster?.kubectl('delete', 'node', node);
  await cluster?.kubectl('delete', 'pods', '--all', '-n', namespace, '--force', '--grace-period=0');
  connection?.close();
  await api?.stop();
});

async function rowsOf(plural: string, query: string): Promise<Row[]> {
  const answer = await api.admin.get(`/clusters/here/k8s/core/${plural}?pageSize=100&${query}`);
  expect(answer.status).toBe(200);
  return answer.body.items;
}

const amountAndShare = String.raw`(\S+)(?: \((\d+)%\))?`;

test('what a node has and what is reserved of it is what kubectl describe prints', async () => {
  await vi.waitFor(
    async () => {
      const described = await cluster.kubectl('describe', 'node', node);
      const [row] = await rowsOf('nodes', `fieldSelector=metadata.name%3D${node}`);
      const object = JSON.parse(await cluster.kubectl('get', 'node', node, '-o', 'json'));
      const table = described.slice(described.indexOf('Allocated resources:'));
      const theirs = [
        ...table.matchAll(
          new RegExp(String.raw`^ {2}(\S+)\s+${amountAndShare}\s+${amountAndShare}\s*$`, 'gm'),
        ),
      ]
        .map((match) => match.slice(1).map((text) => text ?? null))
        .filter(([name]) => name !== 'Resource' && name !== '--------');
      const ours = allocatedResources(object, row?.cells ?? null).map(({ name, requests, limits }) =>
        [name, requests?.text, requests?.percent, limits?.text, limits?.percent].map((value) =>
          value === null || value === undefined ? null : String(value),
        ),
      );
      expect(ours).toEqual(theirs);
      expect(theirs).toHaveLength(7);
      expect(row?.cells.pods).toBe(Number(/Non-terminated Pods:\s+\((\d+) in total/.exec(described)?.[1]));
    },
    { timeout: 30_000, interval: 500 },
  );
});

test('its pods’ rows are kubectl’s, resizes under way included; the finished and the unbound have no figures', async () => {
  const columns = new Map(descriptorFor('core', 'pods').columns.map((column) => [column.id, column]));
  const ids = ['cpuRequests', 'cpuLimits', 'memoryRequests', 'memoryLimits'];
  const described = await cluster.kubectl('describe', 'node', node);
  const line = new RegExp(
    String.raw`^ {2}${namespace}\s+(\S+)\s+${Array(4)
      .fill(amountAndShare)
      .join(String.raw`\s+`)}\s`,
    'gm',
  );
  const theirs = Object.fromEntries(
    [...described.matchAll(line)].map(([, name, ...figures]) => [
      name,
      figures.filter((_text, index) => index % 2 === 0),
    ]),
  );
  const rows = await rowsOf('pods', `namespace=${namespace}`);
  const ours = Object.fromEntries(
    rows.map((row) => [row.name, ids.map((id) => columns.get(id)?.text(row, Date.now()))]),
  );
  const none = ['', '', '', ''];
  expect(ours).toEqual({ ...theirs, finished: none, unbound: none });
  expect(Object.keys(theirs)).toHaveLength(Object.keys(cases).length - 2);
  const resizes = Object.fromEntries(rows.map(({ name, cells }) => [name, cells.resize]));
  expect(resizes).toMatchObject({ deferred: 'Deferred', infeasible: 'Infeasible', plain: null });
});
