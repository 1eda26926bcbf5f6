import { addFigures, figureCells, noFigures, podSums, type Cells, type Row } from '@pilothouse/kinds';
import { KubeError } from '@pilothouse/kube';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeRows } from './node-rows.ts';
import type { RowChanges } from './row-source.ts';
import { RowsInMemory } from './testing/rows-in-memory.ts';

function row(uid: string, cells: Cells = {}): Row {
  return { uid, name: uid, resourceVersion: '1', cells };
}

const nodeNames = ['n1', 'n2', 'n3'];

function world() {
  const nodes = new RowsInMemory();
  const pods = new RowsInMemory();
  nodes.change({ upserted: nodeNames.map((name) => row(name, { pods: null, cpuRequests: null })) });
  return { nodes, pods };
}

function nodeRows(nodes: RowsInMemory, pods: RowsInMemory): NodeRows {
  return new NodeRows(nodes, pods, { fields: {}, textFields: undefined });
}

const pod = fc
  .record({
    uid: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5'),
    node: fc.constantFrom(null, ...nodeNames),
    phase: fc.constantFrom('Running', 'Pending', 'Succeeded', 'Failed'),
    cpuRequests: fc.nat(100_000).map((micro) => micro / 1000),
    cpuLimits: fc.nat(4000),
    memoryRequests: fc.nat(10 ** 10),
    memoryLimits: fc.nat(10 ** 10),
    totals: fc.constantFrom(
      null,
      '{"requests":{"example.com/gpu":2,"ephemeral-storage":1073741824},"limits":{"example.com/gpu":2}}',
    ),
  })
  .map(({ uid, ...cells }) => row(uid, cells));
const step = fc.record({
  upserted: fc.array(pod, { maxLength: 3 }),
  deleted: fc.array(pod, { maxLength: 2 }),
});

test('they catch up until usage has come, and that is told', () => {
  const { nodes, pods } = world();
  const usage = new RowsInMemory();
  usage.state = 'syncing';
  const rows = new NodeRows(nodes, pods, { fields: {}, textFields: undefined }, usage);
  expect(rows.state).toBe('syncing');
  let told = 0;
  rows.onChange(() => (told += 1));
  usage.state = 'live';
  usage.change({});
  expect([rows.state, told]).toEqual(['live', 1]);
});

describe('figures', () => {
  test('after any changes are what counting afresh gives', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { nodes, pods } = world();
        const rows = nodeRows(nodes, pods);
        for (const changes of steps) pods.change(changes);
        const afresh = new Map(nodeNames.map((name) => [name, noFigures()]));
        for (const sums of pods.rows().map(podSums)) {
          if (sums.node !== null) addFigures(afresh.get(sums.node) ?? noFigures(), sums.figures, 1);
        }
        for (const { name, cells } of rows.rows()) {
          expect(cells).toMatchObject(figureCells(afresh.get(name) ?? noFigures(), cells));
        }
      }),
    );
  });

  test('come with their share of what the node has', () => {
    const { nodes, pods } = world();
    nodes.change({ upserted: [row('n1', { cpuAllocatable: 1000 })] });
    pods.change({ upserted: [row('p1', { node: 'n1', phase: 'Running', cpuRequests: 250 })] });
    const [first] = nodeRows(nodes, pods)
      .rows()
      .filter(({ name }) => name === 'n1');
    expect(first?.cells).toMatchObject({
      cpuRequests: 250,
      cpuRequestsShare: 0.25,
      memoryRequestsShare: null,
    });
  });

  test('only nodes whose pods changed are told of', () => {
    const { nodes, pods } = world();
    const rows = nodeRows(nodes, pods);
    const told: RowChanges[] = [];
    rows.onChange((changes) => told.push(changes));
    pods.change({ upserted: [row('p1', { node: 'n2', phase: 'Running', cpuRequests: 100 })] });
    pods.change({ upserted: [row('p1', { node: 'n3', phase: 'Running', cpuRequests: 100 })] });
    expect(told.map(({ upserted }) => upserted.map(({ name, cells }) => [name, cells.pods]))).toEqual([
      [['n2', 1]],
      [
        ['n2', 0],
        ['n3', 1],
      ],
    ]);
  });

  test('are unknown until the pods were listed, and then all are told of', () => {
    const { nodes, pods } = world();
    pods.state = 'syncing';
    const rows = nodeRows(nodes, pods);
    const told: RowChanges[] = [];
    rows.onChange((changes) => told.push(changes));
    pods.change({ upserted: [row('p1', { node: 'n1', phase: 'Running' })] });
    expect(rows.rows().map(({ cells }) => cells.pods)).toEqual([null, null, null]);
    expect([rows.state, told]).toEqual(['live', []]);
    pods.state = 'live';
    pods.change({});
    expect(rows.rows().map(({ cells }) => cells.pods)).toEqual([1, 0, 0]);
    expect(told.flatMap(({ upserted }) => upserted).map(({ name }) => name)).toEqual(nodeNames);
  });

  test('of pods that are no longer live make the list stale', () => {
    const { nodes, pods } = world();
    const rows = nodeRows(nodes, pods);
    pods.state = 'stale';
    pods.asOf = new Date(0);
    expect([rows.state, rows.asOf]).toEqual(['stale', new Date(0)]);
  });

  test('make a row anew only where something changed', () => {
    const { nodes, pods } = world();
    const rows = nodeRows(nodes, pods);
    const before = rows.rows();
    pods.change({ upserted: [row('p1', { node: 'n2', phase: 'Running', cpuRequests: 5 })] });
    nodes.change({ upserted: [row('n3', { status: 'NotReady' })] });
    const after = new Map(rows.rows().map((one) => [one.name, one]));
    expect(before.filter((one) => after.get(one.name) === one).map(({ name }) => name)).toEqual(['n1']);
    const page = () => rows.page({ sort: '-pods', page: 1, pageSize: 1 }).items[0];
    expect(page()).toBe(after.get('n2'));
    expect(page()).toBe(page());
  });

  test('say what keeps them from being the present, once there are any', () => {
    const { nodes, pods } = world();
    const error = new KubeError('api', 'pods is forbidden', { status: 403 });
    pods.problems = [{ namespace: null, error }];
    pods.state = 'denied';
    expect([nodeRows(nodes, pods).state, nodeRows(nodes, pods).problems]).toEqual(['live', []]);
    pods.state = 'live';
    const rows = nodeRows(nodes, pods);
    pods.state = 'denied';
    expect([rows.state, rows.problems]).toEqual(['denied', pods.problems]);
  });

  test('can be sorted by', () => {
    const { nodes, pods } = world();
    const rows = nodeRows(nodes, pods);
    pods.change({ upserted: [row('p1', { node: 'n2', phase: 'Running', cpuRequests: 5 })] });
    expect(rows.page({ sort: '-cpuRequests', page: 1, pageSize: 1 }).items.map(({ name }) => name)).toEqual([
      'n2',
    ]);
  });

  test('stop following when nobody looks', () => {
    const { nodes, pods } = world();
    const rows = nodeRows(nodes, pods);
    rows.stop();
    pods.change({ upserted: [row('p1', { node: 'n1', phase: 'Running' })] });
    expect(rows.rows()[0]?.cells.pods).toBe(0);
  });
});

describe('usage', () => {
  const amounts = { cpuAllocatable: 1000, memoryAllocatable: 1000 };

  function measured() {
    const nodes = new RowsInMemory();
    const usage = new RowsInMemory();
    nodes.change({ upserted: [row('n1', amounts), row('n2', amounts)] });
    const rows = new NodeRows(nodes, new RowsInMemory(), { fields: {}, textFields: undefined }, usage);
    const shown = () => Object.fromEntries(rows.rows().map(({ name, cells }) => [name, cells.memoryUsage]));
    return { rows, usage, shown };
  }

  test('is each node’s own, and tells only of nodes whose usage is another', () => {
    const { rows, usage, shown } = measured();
    const told: string[][] = [];
    rows.onChange(({ upserted }) => told.push(upserted.map(({ name }) => name)));
    usage.change({ upserted: [row('n1', { cpu: 100, memory: 900 })] });
    expect(shown()).toEqual({ n1: 900, n2: null });
    usage.change({ upserted: [row('n1', { cpu: 100, memory: 900 }), row('n2', { cpu: 1, memory: 2 })] });
    expect(shown()).toEqual({ n1: 900, n2: 2 });
    expect(told).toEqual([['n1'], ['n2']]);
  });

  test('is unknown again where a node is no longer measured', () => {
    const { usage, shown } = measured();
    const gone = row('n1', { cpu: 100, memory: 900 });
    usage.change({ upserted: [gone] });
    usage.change({ deleted: [gone] });
    expect(shown()).toEqual({ n1: null, n2: null });
  });
});
