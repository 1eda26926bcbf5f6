import type { Cells, Row } from '@pilothouse/kinds';
import { KubeError } from '@pilothouse/kube';
import { expect, test } from 'vitest';
import { PodRows } from './pod-rows.ts';
import type { RowChanges } from './row-source.ts';
import { RowsInMemory } from './testing/rows-in-memory.ts';

function row(namespace: string, name: string, cells: Cells = {}): Row {
  return { uid: `${namespace}.${name}`, namespace, name, resourceVersion: '1', cells };
}

function world() {
  const pods = new RowsInMemory();
  const usage = new RowsInMemory();
  pods.change({
    upserted: [row('a', 'p', { memoryRequests: 100, memoryLimits: 400 }), row('b', 'p'), row('a', 'idle')],
  });
  usage.change({
    upserted: [row('a', 'p', { cpu: 5, memory: 200 }), row('b', 'p', { cpu: 9, memory: 300 })],
  });
  return { pods, usage, rows: new PodRows(pods, usage, { fields: {}, textFields: undefined }) };
}

const memoryOf = (rows: PodRows) =>
  Object.fromEntries(rows.rows().map(({ uid, cells }) => [uid, cells['memoryUsage']]));

test('each pod has its own figures, of one that nobody measures they are unknown', () => {
  const { rows } = world();
  expect(memoryOf(rows)).toEqual({ 'a.p': 200, 'b.p': 300, 'a.idle': null });
  const sorted = rows.page({ page: 1, pageSize: 10, sort: '-memoryUsage' }).items;
  expect(sorted.map(({ uid }) => uid).slice(0, 2)).toEqual(['b.p', 'a.p']);
  expect(sorted[1]?.cells).toMatchObject({ memoryUsageOfRequests: 2, memoryUsageOfLimits: 0.5 });
});

test('a round of measuring tells of the pods whose figures it changed', () => {
  const { usage, rows } = world();
  const told: RowChanges[] = [];
  rows.onChange((changes) => told.push(changes));
  usage.change({
    upserted: [row('a', 'p', { cpu: 5, memory: 250 }), row('b', 'p', { cpu: 9, memory: 300 })],
  });
  expect(told.map(({ upserted }) => upserted.map(({ uid }) => uid))).toEqual([['a.p']]);
  expect(memoryOf(rows)).toMatchObject({ 'a.p': 250 });
});

test('it catches up until the figures have come, or will not', () => {
  const [pods, usage] = [new RowsInMemory(), new RowsInMemory()];
  usage.state = 'syncing';
  const rows = new PodRows(pods, usage, { fields: {}, textFields: undefined });
  expect(rows.state).toBe('syncing');
  usage.problems = [{ namespace: null, error: new KubeError('serverError', 'down', { status: 503 }) }];
  expect(rows.state).toBe('live');
  usage.problems = [];
  usage.state = 'live';
  expect(rows.state).toBe('live');
});

test('while the measuring fails nothing is known, and that is said', () => {
  const { usage, rows } = world();
  usage.problems = [{ namespace: null, error: new KubeError('serverError', 'down', { status: 503 }) }];
  usage.change({});
  expect(memoryOf(rows)).toEqual({ 'a.p': null, 'b.p': null, 'a.idle': null });
  expect(rows.problems).toHaveLength(1);
  expect(rows.isComplete).toBe(true);
  usage.problems = [];
  usage.change({});
  expect(memoryOf(rows)).toMatchObject({ 'a.p': 200 });
});

test('a pod of the same name is another pod, with the figures of its place', () => {
  const { pods, rows } = world();
  const [before] = pods.rows().filter(({ uid }) => uid === 'a.p');
  pods.change({ upserted: [{ ...row('a', 'p'), uid: 'again' }], deleted: [] });
  pods.change({ deleted: before === undefined ? [] : [row('a', 'idle')] });
  expect(memoryOf(rows)).toEqual({ again: 200, 'b.p': 300 });
});
