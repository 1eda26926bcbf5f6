import { describe, expect, test } from 'vitest';
import { rowOf, valueOf, type KindDescriptor, type KubernetesObject } from '../kind.ts';
import { percentOf } from '../node-figures.ts';
import { descriptorFor, kinds } from '../registry.ts';
import type { Event, Node, Pod } from '../wire/core.ts';
import { events } from './events.ts';
import { nodes } from './nodes.ts';
import { pods } from './pods.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

/** The line kubectl prints, by heading. */
function printed<W extends KubernetesObject>(kind: KindDescriptor<W>, object: W): Record<string, string> {
  const row = rowOf(kind, object);
  const columns = kind.columns.filter(({ header }) => header !== undefined);
  return Object.fromEntries(columns.map((column) => [column.header, column.text(row, now)]));
}

const node: Node = {
  metadata: {
    name: 'n1',
    uid: 'u1',
    resourceVersion: '7',
    creationTimestamp: '2026-11-16T09:00:00Z',
    labels: {
      'node-role.kubernetes.io/worker': '',
      'node-role.kubernetes.io/control-plane': '',
      'kubernetes.io/role': 'edge',
      'node-role.kubernetes.io/': 'x',
    },
  },
  spec: { unschedulable: true, taints: [{ key: 'a', effect: 'NoSchedule' }] },
  status: {
    conditions: [
      { type: 'MemoryPressure', status: 'False' },
      { type: 'Ready', status: 'True' },
    ],
    addresses: [
      { type: 'Hostname', address: 'n1' },
      { type: 'InternalIP', address: '10.0.0.1' },
      { type: 'InternalIP', address: 'fd00::1' },
    ],
    allocatable: { cpu: '1900m', memory: '4Gi', pods: '110' },
    capacity: { cpu: '2', memory: '8Gi', pods: '110' },
    nodeInfo: {
      architecture: 'amd64',
      bootID: '',
      containerRuntimeVersion: 'containerd://2.0.0',
      kernelVersion: '6.1.0',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.36.3',
      machineID: '',
      operatingSystem: 'linux',
      osImage: 'Debian GNU/Linux 13',
      systemUUID: '',
    },
  },
};

describe('nodes', () => {
  test('print as kubectl -o wide', () => {
    expect(printed(nodes, node)).toEqual({
      NAME: 'n1',
      STATUS: 'Ready,SchedulingDisabled',
      ROLES: 'control-plane,edge,worker',
      AGE: '5d3h',
      VERSION: 'v1.36.3',
      'INTERNAL-IP': '10.0.0.1',
      'EXTERNAL-IP': '<none>',
      'OS-IMAGE': 'Debian GNU/Linux 13',
      'KERNEL-VERSION': '6.1.0 (amd64)',
      'CONTAINER-RUNTIME': 'containerd://2.0.0',
    });
  });

  test.each<[string, NonNullable<Node['status']>, string]>([
    ['no condition at all', {}, 'Unknown'],
    ['other conditions only', { conditions: [{ type: 'DiskPressure', status: 'True' }] }, 'Unknown'],
    ['not ready', { conditions: [{ type: 'Ready', status: 'False' }] }, 'NotReady'],
    ['unknown is not ready', { conditions: [{ type: 'Ready', status: 'Unknown' }] }, 'NotReady'],
  ])('%s', (_name, status, expected) => {
    expect(rowOf(nodes, { status }).cells.status).toBe(expected);
  });

  test('a bare node prints kubectl’s placeholders', () => {
    expect(printed(nodes, { metadata: { name: 'n' } })).toMatchObject({
      ROLES: '<none>',
      AGE: '<unknown>',
      VERSION: '',
      'INTERNAL-IP': '<none>',
      'OS-IMAGE': '<unknown>',
      'KERNEL-VERSION': '<unknown>',
      'CONTAINER-RUNTIME': '<unknown>',
    });
  });

  test('amounts are millicores and bytes, figures are unknown until joined', () => {
    expect(rowOf(nodes, node).cells).toMatchObject({
      unschedulable: true,
      taints: 1,
      labels: 4,
      podsAllocatable: 110,
      cpuAllocatable: 1900,
      cpuCapacity: 2000,
      memoryAllocatable: 4 * 1024 ** 3,
      memoryCapacity: 8 * 1024 ** 3,
      pods: null,
      cpuRequests: null,
    });
  });

  test('without allocatable the capacity stands in', () => {
    expect(rowOf(nodes, { status: { capacity: { cpu: '4' } } }).cells.cpuAllocatable).toBe(4000);
  });

  test('shares are of allocatable, cut off', () => {
    const row = rowOf(nodes, node);
    const column = nodes.columns.find(({ id }) => id === 'cpuRequests');
    expect(column?.text(row, now)).toBe('');
    row.cells.cpuRequests = 250;
    expect(column?.text(row, now)).toBe('250m (13%)');
    expect([percentOf(1, 3), percentOf(5, 0), percentOf(5, null)]).toEqual([33, null, null]);
  });
});

const pod: Pod = {
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    uid: 'p1',
    resourceVersion: '9',
    creationTimestamp: '2026-11-21T11:58:00Z',
    ownerReferences: [
      { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: '1' },
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: '2', controller: true },
    ],
  },
  spec: {
    nodeName: 'n1',
    readinessGates: [{ conditionType: 'example.com/a' }, { conditionType: 'example.com/b' }],
    containers: [{ name: 'web', resources: { requests: { cpu: '100u', memory: '1Mi' } } }],
  },
  status: {
    phase: 'Running',
    podIPs: [{ ip: '10.1.2.3' }, { ip: 'fd00::3' }],
    nominatedNodeName: 'n2',
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'example.com/b', status: 'True' },
    ],
    containerStatuses: [
      {
        name: 'web',
        image: '',
        imageID: '',
        ready: true,
        restartCount: 2,
        state: { running: {} },
        lastState: { terminated: { exitCode: 1, finishedAt: '2026-11-21T11:59:30Z' } },
      },
    ],
  },
};

describe('pods', () => {
  test('print as kubectl -o wide', () => {
    expect(printed(pods, pod)).toEqual({
      NAME: 'web-1',
      READY: '1/1',
      STATUS: 'Running',
      RESTARTS: '2 (30s ago)',
      AGE: '2m',
      IP: '10.1.2.3',
      NODE: 'n1',
      'NOMINATED NODE': 'n2',
      'READINESS GATES': '1/2',
    });
  });

  test('a bare pod prints kubectl’s placeholders', () => {
    expect(printed(pods, { metadata: { name: 'p' }, status: { phase: 'Pending' } })).toMatchObject({
      READY: '0/0',
      STATUS: 'Pending',
      RESTARTS: '0',
      IP: '<none>',
      NODE: '<none>',
      'NOMINATED NODE': '<none>',
      'READINESS GATES': '<none>',
    });
  });

  test('the owner is the controller', () => {
    expect(rowOf(pods, pod).cells.owner).toBe('ReplicaSet/web');
    expect(rowOf(pods, {}).cells.owner).toBeNull();
  });

  test.each([
    [{ status: 'Running', ready: 1, containers: 1 }, 'ok'],
    [{ status: 'Running', ready: 1, containers: 2 }, 'warning'],
    [{ status: 'Init:0/2' }, 'progress'],
    [{ status: 'Terminating' }, 'progress'],
    [{ status: 'Completed' }, 'neutral'],
    [{ status: 'Init:Error' }, 'error'],
    [{ status: 'CrashLoopBackOff' }, 'error'],
  ])('%j looks %s', (cells, level) => {
    const row = rowOf(pods, pod);
    Object.assign(row.cells, cells);
    expect(pods.columns.find(({ id }) => id === 'status')?.level?.(row)).toBe(level);
  });
});

describe('events', () => {
  const event = (more: Partial<Event>): Event => ({
    metadata: { name: 'e.1', namespace: 'shop' },
    involvedObject: { kind: 'Pod', name: 'web-1', uid: 'p1', fieldPath: 'spec.containers{web}' },
    ...more,
  });

  test('print as kubectl -o wide', () => {
    const old = event({
      firstTimestamp: '2026-11-21T11:00:00Z',
      lastTimestamp: '2026-11-21T11:59:00Z',
      count: 5,
      type: 'Normal',
      reason: 'BackOff',
      message: ' Back-off pulling image\n',
      source: { component: 'kubelet', host: 'n1' },
    });
    expect(printed(events, old)).toEqual({
      'LAST SEEN': '60s',
      TYPE: 'Normal',
      REASON: 'BackOff',
      OBJECT: 'pod/web-1',
      SUBOBJECT: 'spec.containers{web}',
      SOURCE: 'kubelet, n1',
      MESSAGE: 'Back-off pulling image',
      'FIRST SEEN': '60m',
      COUNT: '5',
      NAME: 'e.1',
    });
  });

  test('of the newer API have eventTime, a series and a reporter', () => {
    const modern = event({
      eventTime: '2026-11-21T11:30:00.000000Z',
      series: { count: 9, lastObservedTime: '2026-11-21T11:59:50.500000Z' },
      reportingComponent: 'scheduler',
      reportingInstance: 'scheduler-1',
    });
    expect(printed(events, modern)).toMatchObject({
      'LAST SEEN': '9s',
      'FIRST SEEN': '30m',
      COUNT: '9',
      SOURCE: 'scheduler, scheduler-1',
    });
  });

  test('stand out where they warn', () => {
    const level = events.columns.find(({ id }) => id === 'type')?.level;
    const levelOf = (type: string) => level?.(rowOf(events, event({ type })));
    expect([levelOf('Normal'), levelOf('Warning')]).toEqual(['neutral', 'warning']);
  });

  test('happened at the newest of their times, whatever its precision', () => {
    const newest = (more: Partial<Event>) => rowOf(events, event(more)).cells.newest;
    expect(newest({})).toBeNull();
    expect(newest({ firstTimestamp: '2026-11-21T11:00:01Z', lastTimestamp: '2026-11-21T11:00:00Z' })).toBe(
      '2026-11-21T11:00:01.000000Z',
    );
    expect(newest({ eventTime: '2026-11-21T11:00:00.5Z', lastTimestamp: '2026-11-21T11:00:00Z' })).toBe(
      '2026-11-21T11:00:00.500000Z',
    );
  });
});

describe('descriptors', () => {
  test.each([...kinds.values()].map((kind) => [`${kind.group}/${kind.plural}`, kind] as const))(
    '%s is consistent',
    (_name, kind) => {
      const row = rowOf(kind, { involvedObject: {} } as KubernetesObject);
      const joined = kind.columns.filter(({ isJoined }) => isJoined === true).map(({ id }) => id);
      const own = Object.keys(kind.fields).filter((name) => !joined.includes(name));
      expect(Object.keys(row.cells).toSorted()).toEqual(own.toSorted());
      for (const column of kind.columns) {
        expect(column.text(row, now)).toEqual(expect.any(String));
        if (column.sortBy !== undefined && column.sortBy !== 'name')
          expect(kind.fields).toHaveProperty(column.sortBy);
      }
      for (const field of Object.values(kind.fieldSelectors)) expect(kind.fields).toHaveProperty(field);
      const ids = kind.columns.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(expect.arrayContaining(kind.shownColumns));
      for (const key of kind.defaultSort?.split(',') ?? [])
        expect(kind.fields).toHaveProperty(key.replace(/^-/, ''));
    },
  );

  test('a kind without a descriptor shows name and age, and nothing of its content', () => {
    const templates = descriptorFor('core', 'podtemplates', 'PodTemplate');
    const row = rowOf(templates, {
      metadata: {
        name: 's',
        namespace: 'a',
        uid: 'u',
        resourceVersion: '1',
        creationTimestamp: '2026-11-21T11:59:00Z',
      },
      template: { spec: {} },
    } as KubernetesObject);
    expect(row).toEqual({
      uid: 'u',
      name: 's',
      namespace: 'a',
      resourceVersion: '1',
      cells: { created: '2026-11-21T11:59:00Z', owner: null },
    });
    expect(templates.columns.map((column) => column.text(row, now))).toEqual(['s', '60s']);
    expect([
      valueOf(row, 'name'),
      valueOf(row, 'namespace'),
      valueOf(row, 'created'),
      valueOf(row, 'template'),
    ]).toEqual(['s', 'a', '2026-11-21T11:59:00Z', null]);
  });
});
