import {
  allocatedResources,
  describeNode,
  milliUnits,
  nodes as kind,
  parseQuantity,
  wholeUnits,
  type Node,
  type Row,
} from '@pilothouse/kinds';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

/** Odd nodes, in the list and in detail, are what `kubectl get` and `kubectl describe node` print. */
const namespace = 'odd-nodes';
let world: ResourceWorld;
const kubectl = (...args: string[]) => world.cluster.kubectl(...args);

const condition = (type: string, status: string) => ({
  type,
  status,
  reason: `${type}Reason`,
  message: 'said',
  lastHeartbeatTime: '2026-11-28T10:00:00Z',
  lastTransitionTime: '2026-11-28T09:00:00Z',
});
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
/** By name what they are made of; kwok does not play them, so that they stay as they are. */
const odd: Record<string, { labels?: Record<string, string>; spec?: object; status?: object }> = {
  'odd-bare': {},
  'odd-unknown': {
    labels: {
      'kubernetes.io/role': 'old',
      'node-role.kubernetes.io/b': '',
      'node-role.kubernetes.io/a': 'x',
    },
    status: { conditions: [condition('MemoryPressure', 'Unknown'), condition('Ready', 'Unknown')] },
  },
  'odd-tainted': {
    spec: {
      unschedulable: true,
      taints: effects.flatMap((effect) => [
        { key: 'z', value: 'v', effect },
        { key: 'a.io/b', effect },
        { key: 'node.kubernetes.io/network-unavailable', effect },
      ]),
    },
    status: { conditions: [condition('Ready', 'True'), condition('DiskPressure', 'True')] },
  },
  'odd-zero': {
    status: {
      capacity: { cpu: '2', memory: '1Gi', pods: '5' },
      allocatable: { cpu: '0', memory: '0', pods: '0' },
    },
  },
  'odd-full': {
    labels: { 'topology.kubernetes.io/zone': 'eu-1', 'kubernetes.io/arch': 'arm64', empty: '' },
    spec: { podCIDR: '10.9.0.0/24', podCIDRs: ['10.9.0.0/24'], providerID: 'cloud:///i-1' },
    status: {
      addresses: [
        { type: 'InternalIP', address: '10.0.0.9' },
        { type: 'ExternalIP', address: '192.0.2.9' },
        { type: 'Hostname', address: 'odd-full' },
      ],
      capacity: {
        cpu: '3920m',
        memory: '7932728Ki',
        'ephemeral-storage': '20Gi',
        'hugepages-2Mi': '64Mi',
        'example.com/gpu': '4',
        pods: '30',
      },
      allocatable: {
        cpu: '3900m',
        memory: '7500Mi',
        'ephemeral-storage': '18Gi',
        'hugepages-2Mi': '64Mi',
        'example.com/gpu': '3',
        pods: '30',
      },
      conditions: [condition('Ready', 'True'), condition('PIDPressure', 'False')],
      nodeInfo: {
        machineID: 'm',
        systemUUID: 's',
        bootID: 'b',
        kernelVersion: '6.1.0',
        osImage: 'Some OS 9',
        containerRuntimeVersion: 'containerd://2',
        kubeletVersion: 'v1.34.1',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'arm64',
      },
    },
  },
};

const resources = (requests: object, limits: object = {}) => ({ resources: { requests, limits } });
const container = (name: string, of: object) => ({ name, image: 'none', ...of });
const podSpecs: Record<string, object> = {
  plain: { containers: [container('a', resources({ cpu: '100m' }, { memory: '100M' })), container('b', {})] },
  'init-and-sidecar': {
    initContainers: [
      container('side', { restartPolicy: 'Always', ...resources({ cpu: '50m', memory: '10Mi' }) }),
      container('init', resources({ cpu: '700m', memory: '5Mi' })),
    ],
    containers: [container('a', resources({ cpu: '1m', memory: '123456789' }))],
  },
  'pod-level': {
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } },
    containers: [container('a', resources({ cpu: '10m' }))],
  },
  overhead: {
    runtimeClassName: 'odd-nodes',
    containers: [container('a', resources({ cpu: '10m' }, { cpu: '20m' }))],
  },
  extended: {
    containers: [
      container(
        'a',
        resources(
          { 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi', 'ephemeral-storage': '1Gi', cpu: '1m' },
          { 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi' },
        ),
      ),
    ],
  },
  finished: { containers: [container('a', resources({ cpu: '2' }))] },
};

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  const made = Object.entries(odd).map(([name, { labels, spec }]) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...(labels && { labels }) },
    ...(spec && { spec }),
  }));
  const runtime = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'odd-nodes' },
    handler: 'none',
    overhead: { podFixed: { cpu: '250m', memory: '120Mi' } },
  };
  const pods = Object.entries(podSpecs).map(([name, spec]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { nodeName: 'odd-full', tolerations: [{ operator: 'Exists' }], ...spec },
  }));
  await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [runtime] }));
  await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...made, ...pods] }));
  for (const [name, { status }] of Object.entries(odd))
    if (status !== undefined)
      await kubectl('patch', 'node', name, '--subresource=status', '-p', JSON.stringify({ status }));
  const done = JSON.stringify({ status: { phase: 'Succeeded' } });
  await kubectl('patch', 'pod', 'finished', '-n', namespace, '--subresource=status', '-p', done);
});
afterAll(async () => {
  await kubectl('delete', 'pods', '--all', '-n', namespace, '--force', '--grace-period=0', '--wait=false');
  await kubectl('delete', 'node', ...Object.keys(odd), '--wait=false');
  await kubectl('delete', 'runtimeclass', 'odd-nodes', '--wait=false');
  await world?.stop();
});

async function rowOf(name: string): Promise<Row> {
  const query = `fieldSelector=metadata.name%3D${name}`;
  const { body } = await world.api.admin.get(`/clusters/here/k8s/core/nodes?${query}`);
  return body.items[0] as Row;
}
const read = async (name: string) =>
  (await world.api.admin.get(`/clusters/here/k8s/core/nodes/_/${name}`)).body.object as Node;
const textOf = (row: Row, id: string) =>
  kind.columns.find((column) => column.id === id)?.text(row, Date.now());
const collapse = (line: string) => line.trim().replaceAll(/\s+/g, ' ');

/** The lines below each heading of `kubectl describe`. */
function sections(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const heading = /^(\S[^:]*):(.*)$/.exec(line);
    if (heading !== null) found.set(heading[1] ?? '', (lines = []));
    const said = collapse(heading === null ? line : (heading[2] ?? ''));
    if (said !== '') lines.push(said);
  }
  return found;
}

const orNone = (lines: string[]) => (lines.length === 0 ? ['<none>'] : lines);
const pairs = (entries: Record<string, string> = {}) =>
  orNone(
    Object.keys(entries)
      .toSorted()
      .map((key) => `${key}=${entries[key]}`),
  );

async function ours(name: string): Promise<Record<string, string[]>> {
  const [node, row] = [await read(name), await rowOf(name)];
  const described = describeNode(node);
  const side = (of: 'capacity' | 'allocatable') =>
    described.amounts.flatMap((amount) => (amount[of] === null ? [] : [`${amount.name}: ${amount[of]}`]));
  const amount = (given: { text: string; percent: number | null } | null) =>
    given === null ? 'unknown' : given.percent === null ? given.text : `${given.text} (${given.percent}%)`;
  return {
    Roles: [textOf(row, 'roles') ?? ''],
    Labels: pairs(node.metadata?.labels),
    Taints: orNone(described.taints),
    Unschedulable: [String(described.unschedulable)],
    Addresses: described.addresses.map(({ type, address }) => `${type}: ${address}`),
    Capacity: side('capacity'),
    Allocatable: side('allocatable'),
    'System Info': described.systemInfo.map(([label, text]) => collapse(`${label}: ${text}`)),
    PodCIDR: described.podCidr === '' ? [] : [described.podCidr],
    PodCIDRs: described.podCidrs.length === 0 ? [] : [described.podCidrs.join(',')],
    ProviderID: described.providerId === '' ? [] : [described.providerId],
    'Non-terminated Pods': [`(${String(row.cells['pods'])} in total)`],
    'Allocated resources': allocatedResources(node, row.cells).map(({ name: resource, requests, limits }) => {
      // kubectl writes as many bytes as there are, we write so that they can be read
      const bytes = (cell: string, given: typeof requests) =>
        `${String(row.cells[cell])} (${String(given?.percent)}%)`;
      return resource === 'memory'
        ? `memory ${bytes('memoryRequests', requests)} ${bytes('memoryLimits', limits)}`
        : `${resource} ${amount(requests)} ${amount(limits)}`;
    }),
  };
}

async function theirs(name: string): Promise<Record<string, string[]>> {
  const found = sections(await kubectl('describe', 'node', name));
  return Object.fromEntries(
    Object.keys(await ours(name)).map((heading) => {
      const lines = found.get(heading) ?? [];
      if (heading === 'Non-terminated Pods') return [heading, lines.slice(0, 1)];
      // behind a sentence and two lines of headings
      if (heading !== 'Allocated resources') return [heading, lines];
      const inBytes = (line: string) =>
        line.replaceAll(/(?<= )[^ ()]+/g, (text) => String(wholeUnits(parseQuantity(text))));
      return [heading, lines.slice(3).map((line) => (line.startsWith('memory ') ? inBytes(line) : line))];
    }),
  );
}

/** The node controller may still be at it. */
const settled = (work: () => Promise<void>) => expect.poll(() => work().then(() => '', String)).toBe('');

describe.each(Object.keys(odd))('%s', (name) => {
  test('in the list', () =>
    settled(async () => {
      const line = (await kubectl('get', 'node', name, '-o', 'wide', '--no-headers')).trim();
      const row = await rowOf(name);
      // columns stand apart by three spaces at least
      const cells = line.split(/ {2,}/).filter((_cell, index) => index !== 3);
      const ids = [
        'name',
        'status',
        'roles',
        'version',
        'internalIP',
        'externalIP',
        'osImage',
        'kernelVersion',
        'containerRuntime',
      ];
      // an empty version leaves no cell
      const own = ids.map((id) => textOf(row, id) ?? '').filter((text) => text !== '');
      expect(own).toEqual(cells);
    }));

  test('in detail', () => settled(async () => expect(await ours(name)).toEqual(await theirs(name))));
});

test('flags, labels and taints of the list', async () => {
  const cellsOf = async (name: string) => (await rowOf(name)).cells;
  expect(await cellsOf('odd-tainted')).toMatchObject({
    pressure: 'DiskPressure',
    heartbeat: '2026-11-28T10:00:00Z',
  });
  expect((await cellsOf('odd-tainted'))['taintTexts']).toContain('a.io/b:NoExecute, ');
  expect(await cellsOf('odd-bare')).toMatchObject({ pressure: '', zone: '', ownLabels: '' });
  expect(await cellsOf('odd-full')).toMatchObject({
    zone: 'eu-1',
    architecture: 'arm64',
    ownLabels: 'empty=',
  });
});

test('each pod’s requests and limits', () =>
  settled(async () => {
    const lines = sections(await kubectl('describe', 'node', 'odd-full')).get('Non-terminated Pods') ?? [];
    const { body } = await world.api.admin.get(
      `/clusters/here/k8s/core/pods?namespace=${namespace}&fieldSelector=spec.nodeName%3Dodd-full`,
    );
    const figures = ['cpuRequests', 'cpuLimits', 'memoryRequests', 'memoryLimits'];
    const own = (body.items as Row[])
      .filter(({ cells }) => cells['phase'] !== 'Succeeded')
      .map(({ name, cells }) => [name, ...figures.map((id) => cells[id])]);
    const said = lines.slice(3).map((line) => {
      const [, name = '', ...texts] = line.split(' ').filter((part) => !part.startsWith('('));
      const [cpu, memory] = [texts.slice(0, 2), texts.slice(2, 4)].map((each) => each.map(parseQuantity));
      return [name, ...(cpu ?? []).map(milliUnits), ...(memory ?? []).map(wholeUnits)];
    });
    expect(said.length).toBe(Object.keys(podSpecs).length - 1);
    expect(own.toSorted()).toEqual(said.toSorted());
  }));
