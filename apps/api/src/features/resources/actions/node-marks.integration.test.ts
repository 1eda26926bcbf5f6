import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestClient } from '../../../testing/test-client.ts';
import { startResourceWorld, type ResourceWorld } from '../testing/resource-world.ts';

/** Labels, taints and cordons: ours are set by the platform, theirs by kubectl; afterwards the nodes are the same. */
const namespace = 'node-marks';
const ours = 'node-marks-ours';
const theirs = 'node-marks-theirs';

let world: ResourceWorld;
let admin: TestClient;
const kubectl = (...args: string[]) => world.cluster.kubectl(...args);

interface WireNode {
  metadata: { uid: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] };
}
const read = async (name: string) => JSON.parse(await kubectl('get', 'node', name, '-o', 'json')) as WireNode;
/** What the node controller sets by itself comes and goes. */
const taintsOf = async (name: string) =>
  ((await read(name)).spec.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'));

const fakeTaint = { key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' };
const both = [ours, theirs];
const patchBoth = (patch: object) =>
  kubectl('patch', 'node', ...both, '--type=merge', '-p', JSON.stringify(patch));
/** Leaves both nodes these and that of kwok; what the node controller has set, it sets again. */
const setTaints = (taints: object[]) => patchBoth({ spec: { taints: [...taints, fakeTaint] } });

const nodeManifest = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { zone: 'a' }, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
  spec: { taints: [fakeTaint] },
});
const podManifest = (name: string, tolerations: object[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { nodeName: ours, tolerations, containers: [{ name: 'main', image: 'none' }] },
});

const act = (id: string, name: string, parameters: object, more: object = {}) =>
  admin.post(`/clusters/here/k8s/core/nodes/_/${name}/actions/${id}`, { parameters, ...more });
const plan = (id: string, names: string[], parameters: object) =>
  admin.post(`/clusters/here/k8s/core/nodes/plans/${id}`, {
    targets: names.map((name) => ({ name })),
    parameters,
  });

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  admin = world.api.admin;
  const items = [nodeManifest(ours), nodeManifest(theirs)];
  await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
});
afterAll(async () => {
  await world?.cluster.kubectl('delete', 'node', ours, theirs, '--wait=false');
  await world?.stop();
});

type Taints = NonNullable<WireNode['spec']['taints']>;
const none: Taints = [];
const a1 = { key: 'a', value: '1', effect: 'NoSchedule' };
const a2 = { ...a1, value: '2' };
const soft = { key: 'a', effect: 'PreferNoSchedule' };
const b = { key: 'x.io/b', effect: 'NoExecute' };
const [c, c2] = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: 'c', effect })) as [Taints[0], Taints[0]];

/** What is there, kubectl's arguments and ours; what both refuse has a code. */
const taintCases: [Taints, string[], object, string?][] = [
  [none, ['a=1:NoSchedule'], { set: [a1] }],
  [[a1], ['a=2:NoSchedule'], { set: [a2] }, 'taintHasValue'],
  [[a1], ['a=2:NoSchedule', '--overwrite'], { set: [a2], overwrite: true }],
  [[a2], ['a:PreferNoSchedule'], { set: [soft] }],
  [[soft, a2], ['x.io/b=:NoExecute'], { set: [{ ...b, value: '' }] }],
  [
    [b, soft, a2],
    ['c:NoSchedule', 'c:NoExecute', 'a:NoSchedule-'],
    { set: [c, c2], remove: [{ key: 'a', effect: 'NoSchedule' }] },
  ],
  [
    none,
    ['d:NoSchedule', 'd=1:NoSchedule'],
    {
      set: [
        { key: 'd', effect: 'NoSchedule' },
        { key: 'd', value: '1', effect: 'NoSchedule' },
      ],
    },
    'invalidField',
  ],
  [
    [c],
    ['c:NoSchedule', 'c-', '--overwrite'],
    { set: [c], remove: [{ key: 'c' }], overwrite: true },
    'invalidField',
  ],
  [none, ['d:NoShedule'], { set: [{ key: 'd', effect: 'NoShedule' }] }, 'invalidField'],
  [[c, c2, b, soft], ['c-'], { remove: [{ key: 'c' }] }],
  [[b, soft], ['a-', 'x.io/b-'], { remove: [{ key: 'a' }, { key: 'x.io/b' }] }],
];

describe('taints', () => {
  afterAll(() => setTaints(none));

  test.each(taintCases)('on %j kubectl taint node %j', async (before, args, parameters, code) => {
    await setTaints(before);
    const said = await kubectl('taint', 'node', theirs, ...args).then(
      () => null,
      (error: unknown) => String(error),
    );
    const answer = await act('taint', ours, parameters);
    expect(answer.status).toBe(code === undefined ? 200 : code === 'taintHasValue' ? 409 : 400);
    if (code !== undefined) expect(answer.body.error.code).toBe(code);
    expect(said === null).toBe(code === undefined);
    const plain = (taints: Taints) => taints.map(({ key, value, effect }) => ({ key, value, effect }));
    expect(plain(await taintsOf(ours))).toEqual(plain(await taintsOf(theirs)));
  });

  test('what others set on the node meanwhile stays, and is no conflict', async () => {
    await setTaints(none);
    const rounds = Array.from({ length: 25 }, (_, round) => round);
    const over = new AbortController();
    const others: string[] = [];
    const meanwhile = (async () => {
      while (!over.signal.aborted) {
        const value = { key: `other-${others.length}`, effect: 'PreferNoSchedule' };
        const patch = JSON.stringify([{ op: 'add', path: '/spec/taints/-', value }]);
        await kubectl('patch', 'node', ours, '--type=json', '-p', patch);
        others.push(value.key);
      }
    })();
    try {
      for (const round of rounds) {
        const change = {
          set: [{ key: `own-${round}`, effect: 'NoSchedule' }],
          remove: [{ key: `own-${round - 1}` }],
        };
        const { status, body } = await act('taint', ours, change);
        expect([round, status, body.error]).toEqual([round, 200, undefined]);
      }
    } finally {
      over.abort();
      await meanwhile;
    }
    const keys = (await taintsOf(ours)).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(['own-24', ...others]));
    expect(keys.filter((key) => key.startsWith('own-'))).toEqual(['own-24']);
  });

  test('what is so already is left alone, and said', async () => {
    expect((await act('taint', ours, { remove: [{ key: 'never' }] })).body).toMatchObject({
      alreadySo: true,
    });
  });

  test('the plan says what becomes of each node; what changed after it is not overwritten', async () => {
    await setTaints(none);
    await kubectl('taint', 'node', ours, 'raced=1:NoSchedule');
    const parameters = { set: [{ key: 'raced', value: '3', effect: 'NoSchedule' }], overwrite: true };
    const { status, body } = await plan('taint', [ours, theirs, 'node-marks-never'], parameters);
    expect(status).toBe(200);
    const [first, second, third] = body.nodes;
    expect(first).toMatchObject({ isGone: false, changes: [{ key: 'raced', from: '1', to: '3' }], pods: [] });
    expect(second.changes).toEqual([{ key: 'raced', effect: 'NoSchedule', from: null, to: '3' }]);
    expect(third).toMatchObject({ name: 'node-marks-never', isGone: true });

    await kubectl('taint', 'node', ours, 'raced=2:NoSchedule', '--overwrite');
    const late = await act('taint', ours, parameters, { seen: first.seen });
    expect([late.status, late.body.error.code]).toEqual([409, 'changedMeanwhile']);
    // a change of something else is none
    await kubectl('taint', 'node', ours, 'other:NoSchedule', 'raced=1:NoSchedule', '--overwrite');
    expect((await act('taint', ours, parameters, { seen: first.seen })).status).toBe(200);
    expect(await taintsOf(ours)).toEqual(
      expect.arrayContaining([
        { key: 'raced', value: '3', effect: 'NoSchedule' },
        { key: 'other', effect: 'NoSchedule' },
      ]),
    );
    // done already: harmless
    expect((await act('taint', ours, parameters, { seen: first.seen })).body.alreadySo).toBe(true);
  });

  test('NoExecute: the pods that the plan names go, the others stay', async () => {
    await setTaints(none);
    const tolerations = {
      bare: [],
      other: [{ key: 'other', operator: 'Exists', effect: 'NoExecute' }],
      value: [{ key: 'out', operator: 'Equal', value: 'b', effect: 'NoExecute' }],
      soon: [{ key: 'out', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 2 }],
      late: [{ key: 'out', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 3600 }],
      stays: [{ key: 'out', operator: 'Equal', value: 'a', effect: 'NoExecute' }],
      all: [{ operator: 'Exists' }],
    };
    const items = Object.entries(tolerations).map(([name, own]) => podManifest(name, own));
    await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const parameters = { set: [{ key: 'out', value: 'a', effect: 'NoExecute' }] };
    const { body } = await plan('taint', [ours], parameters);
    const named = (body.nodes[0].pods as { name: string; seconds: number }[]).map(({ name, seconds }) => [
      name,
      seconds,
    ]);
    expect(Object.fromEntries(named)).toEqual({ bare: 0, other: 0, value: 0, soon: 2, late: 3600 });
    expect((await act('taint', ours, parameters, { seen: body.nodes[0].seen })).status).toBe(200);
    const left = async () => {
      const names = await kubectl('get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.name}');
      return names.trim().split(' ').toSorted();
    };
    await expect.poll(left).toEqual(['all', 'late', 'stays']);
  });

  test('of many nodes each has its own result', async () => {
    await setTaints(none);
    await kubectl('taint', 'node', theirs, 'batch=1:NoSchedule');
    const answer = await admin.post('/clusters/here/k8s/core/nodes/actions/taint', {
      targets: [{ name: ours }, { name: theirs }],
      parameters: { set: [{ key: 'batch', value: '2', effect: 'NoSchedule' }] },
    });
    expect(answer.status).toBe(202);
    const items = async () => {
      const { body } = await admin.get(`/operations/${answer.body.operation}/items`);
      return (body.items as { target: string; state: string; result: { code: string } | null }[]).map(
        ({ target, state, result }) => [target, state, result?.code],
      );
    };
    await expect.poll(items).toEqual([
      [ours, 'succeeded', 'done'],
      [theirs, 'failed', 'taintHasValue'],
    ]);
  });
});

/** What is there, kubectl's arguments and ours; what both refuse has a code. */
const labelCases: [Record<string, string>, string[], object, string?][] = [
  [{}, ['tier=web', 'x.io/disk='], { set: { tier: 'web', 'x.io/disk': '' } }],
  [{ tier: 'web' }, ['tier=db'], { set: { tier: 'db' } }, 'keyHasValue'],
  [
    { tier: 'web', zone: 'a' },
    ['tier=db', '--overwrite', 'zone-'],
    { set: { tier: 'db' }, remove: ['zone'], overwrite: true },
  ],
  [
    { tier: 'db', 'x.io/disk': '' },
    ['tier-', 'x.io/disk-', 'never-'],
    { remove: ['tier', 'x.io/disk', 'never'] },
  ],
];

describe('labels', () => {
  /** Leaves both nodes these of those that the tests set. */
  const setLabels = (labels: Record<string, string>) => {
    const keys = ['tier', 'x.io/disk', 'zone', 'raced', 'fresh', 'else'];
    const all = { ...Object.fromEntries(keys.map((key) => [key, null])), ...labels };
    return patchBoth({ metadata: { labels: all } });
  };

  test.each(labelCases)('on %j kubectl label node %j', async (before, args, parameters, code) => {
    await setLabels(before);
    const said = await kubectl('label', 'node', theirs, ...args).then(
      () => null,
      (error: unknown) => String(error),
    );
    const answer = await act('label', ours, parameters);
    expect(answer.status).toBe(code === undefined ? 200 : 409);
    if (code !== undefined) expect(answer.body.error.code).toBe(code);
    expect(said === null).toBe(code === undefined);
    // the node controller adds its own
    const plain = ({ metadata: { labels = {} } }: WireNode) =>
      Object.entries(labels).filter(([key]) => !key.includes('kubernetes.io'));
    expect(plain(await read(ours))).toEqual(plain(await read(theirs)));
  });

  test('the plan says what becomes of each node; what changed after it is not overwritten', async () => {
    await setLabels({});
    await kubectl('label', 'node', ours, 'raced=1');
    const parameters = { set: { raced: '3', fresh: '1' }, remove: ['never'], overwrite: true };
    const { body } = await plan('label', [ours, theirs, 'node-marks-never'], parameters);
    expect(body.objects[0].changes).toEqual([
      { key: 'raced', from: '1', to: '3' },
      { key: 'fresh', from: null, to: '1' },
    ]);
    expect(body.objects[2]).toMatchObject({ isGone: true });
    await kubectl('label', 'node', ours, 'raced=2', '--overwrite');
    const { seen } = body.objects[0];
    const late = await act('label', ours, parameters, { seen });
    expect([late.status, late.body.error.code]).toEqual([409, 'changedMeanwhile']);
    await kubectl('label', 'node', ours, 'raced=1', 'else=1', '--overwrite');
    expect((await act('label', ours, parameters, { seen })).status).toBe(200);
    expect((await read(ours)).metadata.labels).toMatchObject({ raced: '3', fresh: '1', else: '1' });
  });

  test('a node without any label', async () => {
    await kubectl('patch', 'node', ours, '--type=merge', '-p', '{"metadata":{"labels":null}}');
    expect((await act('label', ours, { set: { 'a.io/~b': '1' } })).status).toBe(400);
    expect((await act('label', ours, { set: { 'a.io/b': '1', c: '' } })).status).toBe(200);
    expect((await read(ours)).metadata.labels).toMatchObject({ 'a.io/b': '1', c: '' });
  });
});

describe('cordon', () => {
  const noteOf = async () =>
    Object.fromEntries(
      Object.entries((await read(ours)).metadata.annotations ?? {}).filter(([key]) =>
        key.startsWith('pilothouse.io/'),
      ),
    );
  /** But for what makes each node another one. */
  const plain = async (name: string) => {
    const { metadata, spec } = await read(name);
    const ignored = { time: /"timeAdded":"[^"]*"/g, name: new RegExp(name, 'g') };
    const text = JSON.stringify({
      annotations: metadata.annotations,
      unschedulable: spec.unschedulable,
      spec,
    });
    return text.replaceAll(ignored.time, '').replaceAll(ignored.name, 'node');
  };

  beforeEach(async () => {
    await kubectl('uncordon', ours, theirs);
    const notes = ['cordon-reason', 'cordoned-by', 'cordoned-at'].map((name) => `pilothouse.io/${name}-`);
    await kubectl('annotate', 'node', ours, ...notes);
  });

  test('without a reason the node is as kubectl leaves it', async () => {
    for (const [command, unschedulable] of [
      ['cordon', true],
      ['uncordon', undefined],
    ] as const) {
      await kubectl(command, theirs);
      expect((await act(command, ours, {})).status).toBe(200);
      await expect.poll(async () => (await plain(ours)) === (await plain(theirs))).toBe(true);
      expect((await read(ours)).spec.unschedulable).toBe(unschedulable);
    }
  });

  test('a reason is kept with who and when, and goes when it is uncordoned', async () => {
    expect((await act('cordon', ours, { reason: ' disks ' })).body.alreadySo).toBe(false);
    const note = await noteOf();
    expect(note).toEqual({
      'pilothouse.io/cordon-reason': 'disks',
      'pilothouse.io/cordoned-by': 'admin',
      'pilothouse.io/cordoned-at': expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    });
    // the same again, or nothing, leaves it
    expect((await act('cordon', ours, { reason: 'disks' })).body.alreadySo).toBe(true);
    expect((await act('cordon', ours, {})).body.alreadySo).toBe(true);
    expect(await noteOf()).toEqual(note);
    const { body } = await admin.get('/audit?pageSize=20');
    expect(JSON.stringify(body.items)).toContain('"reason":"disks"');
    await act('cordon', ours, { reason: 'fans' });
    expect(await noteOf()).toMatchObject({ 'pilothouse.io/cordon-reason': 'fans' });
    await act('uncordon', ours, {});
    expect(await noteOf()).toEqual({});
    expect((await read(ours)).spec.unschedulable).toBeUndefined();
  });

  test('a note that kubectl left behind goes with the next cordon', async () => {
    await act('cordon', ours, { reason: 'disks' });
    await kubectl('uncordon', ours);
    await act('cordon', ours, {});
    expect(await noteOf()).toEqual({});
    await act('cordon', ours, { reason: 'late' });
    expect(await noteOf()).toMatchObject({ 'pilothouse.io/cordon-reason': 'late' });
    await act('uncordon', ours, {});
  });
});
