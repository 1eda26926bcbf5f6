import type { Node, Pod, PodDisruptionBudget } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { planDrain, type DrainFacts } from './plan-drain.ts';

const options = {
  ignoreDaemonSets: false,
  deleteEmptyDirData: false,
  force: false,
  skipWaitForDeleteTimeout: 0,
};
const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true };

interface Given {
  ready?: boolean;
  phase?: string;
  spec?: Partial<NonNullable<Pod['spec']>>;
  labels?: Record<string, string>;
  namespace?: string;
  deleted?: boolean;
  owner?: typeof controller | null;
}
function pod(name: string, given: Given = {}): Pod {
  const { ready = true, phase = 'Running', spec, labels = { app: 'web' }, namespace = 'demo' } = given;
  const { owner = controller } = given;
  return {
    metadata: {
      name,
      namespace,
      uid: name,
      labels,
      ...(owner !== null && { ownerReferences: [{ ...owner, uid: `rs of ${name}` }] }),
      ...(given.deleted && { deletionTimestamp: '2026-03-01T12:00:00Z' }),
    },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1', memory: '1Gi' } } }], ...spec },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  } as Pod;
}

function budget(name: string, status: object, spec: object = { selector: { matchLabels: { app: 'web' } } }) {
  return { metadata: { name, namespace: 'demo' }, spec, status } as PodDisruptionBudget;
}
const full = budget('full', { disruptionsAllowed: 0, desiredHealthy: 2, currentHealthy: 1 });

function room(name: string, { cpu = 4, spec = {}, labels = {}, ready = 'True' } = {}) {
  const node = {
    metadata: { name, labels },
    spec,
    status: { conditions: [{ type: 'Ready', status: ready }] },
  } as Node;
  return { node, free: { cpu: cpu * 1000, memory: 64 * 2 ** 30, pods: 10 } };
}

function planOf(pods: Pod[], facts: Partial<DrainFacts> = {}) {
  const [planned] = planDrain(
    { nodes: [{ node: 'n', pods }], daemonSet: () => 'there', budgets: [], rooms: null, ...facts },
    options,
  );
  return planned ?? { node: '', pods: [], isRefused: false };
}
const budgetsOf = (pods: Pod[], budgets: PodDisruptionBudget[]) =>
  planOf(pods, { budgets }).pods.map((each) => each.budget?.outcome);

const hold = { budget: 'full', needs: 2, has: 1, allowed: 0 };

test('names the budget that holds a pod back, with what it needs and has', () => {
  const { pods } = planOf([pod('a')], { budgets: [full] });
  expect(pods[0]?.budget).toEqual({ outcome: 'held', hold });
});

test('lets go as many as the budget allows, in order', () => {
  const one = budget('one', { disruptionsAllowed: 1, desiredHealthy: 1, currentHealthy: 2 });
  expect(budgetsOf([pod('a'), pod('b')], [one])).toEqual(['free', 'held']);
  const nodes = ['a', 'b'].map((name) => ({ node: name, pods: [pod(name)] }));
  const across = planDrain({ nodes, daemonSet: () => 'there', budgets: [one], rooms: null }, options);
  expect(across.map(({ pods }) => pods[0]?.budget?.outcome)).toEqual(['free', 'held']);
});

test.each<[string, Pod]>([
  ['pending pods', pod('a', { phase: 'Pending' })],
  ['finished pods', pod('a', { phase: 'Succeeded' })],
  ['terminating pods', pod('a', { deleted: true })],
  ['pods of another namespace', pod('a', { namespace: 'other' })],
  ['pods of other labels', pod('a', { labels: { app: 'db' } })],
])('a budget does not protect %s', (_name, given) => {
  expect(budgetsOf([given], [full])).toEqual(['free']);
});

test('nor unready ones where it says so, or where the others are enough', () => {
  const unready = pod('a', { ready: false });
  const always = { ...full.spec, unhealthyPodEvictionPolicy: 'AlwaysAllow' };
  expect(budgetsOf([unready], [full])).toEqual(['held']);
  expect(budgetsOf([unready], [budget('always', { ...full.status }, always)])).toEqual(['free']);
  expect(budgetsOf([pod('b')], [budget('always', { ...full.status }, always)])).toEqual(['held']);
  const met = budget('met', { disruptionsAllowed: 0, desiredHealthy: 2, currentHealthy: 2 });
  expect(budgetsOf([unready], [met])).toEqual(['free']);
  const nothing = budget('nothing', { disruptionsAllowed: 0, desiredHealthy: 0, currentHealthy: 0 });
  expect(budgetsOf([unready], [nothing])).toEqual(['held']);
});

test('a budget without a selector is about no pod, with an empty one about all', () => {
  expect(budgetsOf([pod('a')], [budget('x', { ...full.status }, {})])).toEqual(['free']);
  expect(budgetsOf([pod('a')], [budget('x', { ...full.status }, { selector: {} })])).toEqual(['held']);
  const expression = { selector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['db'] }] } };
  expect(budgetsOf([pod('a')], [budget('x', { ...full.status }, expression)])).toEqual(['held']);
});

test('two budgets on a pod: the cluster refuses, whatever they allow', () => {
  const free = budget('free', { disruptionsAllowed: 5 });
  const { pods } = planOf([pod('a')], { budgets: [free, full] });
  expect(pods[0]?.budget).toEqual({ outcome: 'several', budgets: ['free', 'full'] });
});

test('all blockers are told at once, and then no budget is asked', () => {
  const { pods, isRefused } = planOf([pod('a', { owner: null }), pod('b'), pod('c', { owner: null })], {
    budgets: [full],
  });
  expect(isRefused).toBe(true);
  expect(pods.map(({ verdict }) => verdict.outcome)).toEqual(['refuse', 'evict', 'refuse']);
  expect(pods.map((each) => each.budget)).toEqual([null, null, null]);
});

test('DELETE asks no budget', () => {
  expect(planOf([pod('a')], { budgets: null }).pods[0]?.budget).toBeNull();
});

const hasRoom = (given: Pod, ...rooms: ReturnType<typeof room>[]) =>
  planOf([given], { rooms }).pods[0]?.hasRoom;
const dedicated = { taints: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] };
const affinity = (...terms: object[]) =>
  ({
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
    },
  }) as Partial<NonNullable<Pod['spec']>>;
const zoneA = { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] };

test.each<[string, boolean, Pod, ReturnType<typeof room>]>([
  ['enough is free', true, pod('a'), room('m')],
  ['the requests are too large', false, pod('a'), room('m', { cpu: 0.5 })],
  ['it is cordoned', false, pod('a'), room('m', { spec: { unschedulable: true } })],
  ['it is not ready', false, pod('a'), room('m', { ready: 'Unknown' })],
  ['it is tainted', false, pod('a'), room('m', { spec: dedicated })],
  [
    'the taint is only a wish',
    true,
    pod('a'),
    room('m', { spec: { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] } }),
  ],
  [
    'the taint is tolerated',
    true,
    pod('a', { spec: { tolerations: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] } }),
    room('m', { spec: dedicated }),
  ],
  [
    'another value is tolerated',
    false,
    pod('a', { spec: { tolerations: [{ key: 'team', value: 'b' }] } }),
    room('m', { spec: dedicated }),
  ],
  [
    'everything is tolerated',
    true,
    pod('a', { spec: { tolerations: [{ operator: 'Exists' }] } }),
    room('m', { spec: dedicated }),
  ],
  [
    'the selector fits',
    true,
    pod('a', { spec: { nodeSelector: { zone: 'a' } } }),
    room('m', { labels: { zone: 'a' } }),
  ],
  ['the selector does not', false, pod('a', { spec: { nodeSelector: { zone: 'a' } } }), room('m')],
  [
    'one term of the affinity fits',
    true,
    pod('a', { spec: affinity({}, zoneA) }),
    room('m', { labels: { zone: 'a' } }),
  ],
  [
    'an empty term fits nowhere',
    false,
    pod('a', { spec: affinity({}) }),
    room('m', { labels: { zone: 'a' } }),
  ],
  [
    'the affinity names another node',
    false,
    pod('a', { spec: affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }) }),
    room('m'),
  ],
])('whether a successor finds a place: %s', (_name, expected, given, where) => {
  expect(hasRoom(given, where)).toBe(expected);
});

test('room is used up', () => {
  const { pods } = planOf(
    ['a', 'b', 'c'].map((name) => pod(name)),
    { rooms: [room('m', { cpu: 2 })] },
  );
  expect(pods.map((each) => each.hasRoom)).toEqual([true, true, false]);
});

test('nothing is said of room where nothing comes back, or nothing is known', () => {
  expect(hasRoom(pod('a', { phase: 'Succeeded' }), room('m'))).toBeNull();
  expect(planOf([pod('a')]).pods[0]?.hasRoom).toBeNull();
  const unknown = { ...room('m'), free: null };
  expect(planOf([pod('a')], { rooms: [unknown] }).pods[0]?.hasRoom).toBe(true);
});
