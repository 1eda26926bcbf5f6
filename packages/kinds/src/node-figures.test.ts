import { describe, expect, test } from 'vitest';
import { allocatedResources } from './allocated-resources.ts';
import { rowOf } from './kind.ts';
import { nodes, pods } from './kinds/index.ts';
import { addFigures, figureCells, noFigures, podSums } from './node-figures.ts';
import type { Node, Pod } from './wire/core.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const pod: Pod = {
  metadata: { name: 'web-1', namespace: 'shop', uid: 'p1' },
  spec: {
    nodeName: 'n1',
    containers: [{ name: 'web', resources: { requests: { cpu: '100u', memory: '1Mi' } } }],
  },
  status: { phase: 'Running' },
};

describe('figures of a node', () => {
  test('columns with a percentage are sorted by it, those with an amount by the amount', () => {
    const sorts = Object.fromEntries(nodes.columns.map(({ id, sortBy }) => [id, sortBy]));
    for (const id of ['cpuRequests', 'cpuLimits', 'memoryRequests', 'memoryLimits'])
      expect([sorts[id], sorts[`${id}Amount`]]).toEqual([`${id}Share`, id]);
    const figures = noFigures();
    figures.resources.set('cpu', { requests: 500, limits: 0 });
    expect(figureCells(figures, { cpuAllocatable: 2000, memoryAllocatable: 0 })).toMatchObject({
      cpuRequestsShare: 0.25,
      cpuLimitsShare: 0,
      memoryRequestsShare: null,
      memoryLimitsShare: null,
    });
  });
  test('add up without the dust of binary fractions', () => {
    const figures = noFigures();
    const sums = podSums(rowOf(pods, pod));
    expect(sums.node).toBe('n1');
    for (let count = 0; count < 30; count += 1) addFigures(figures, sums.figures, 1);
    expect(figureCells(figures, {})).toMatchObject({
      pods: 30,
      cpuRequests: 3,
      memoryRequests: 30 * 1024 ** 2,
    });
    for (let count = 0; count < 30; count += 1) addFigures(figures, sums.figures, -1);
    expect(figureCells(figures, {})).toEqual(figureCells(noFigures(), {}));
  });
  test.each(['Succeeded', 'Failed'])('a pod that has %s reserves nothing', (phase) => {
    const row = rowOf(pods, { ...pod, status: { ...pod.status, phase } });
    expect(podSums(row).node).toBeNull();
    expect([row.cells.cpuRequests, row.cells.memoryLimits]).toEqual([null, null]);
    expect(pods.columns.find(({ id }) => id === 'cpuRequests')?.text(row, now)).toBe('');
  });
  test('a pod without a node reserves nothing', () => {
    const row = rowOf(pods, { ...pod, spec: { ...pod.spec, nodeName: undefined } as Pod['spec'] });
    expect([podSums(row).node, row.cells.cpuRequests]).toEqual([null, null]);
  });
  test('have other resources than cpu and memory, of which those count that the node offers', () => {
    const wants = {
      'example.com/gpu': '2',
      'hugepages-2Mi': '4Mi',
      'ephemeral-storage': '1Gi',
      'example.com/x': '1',
    };
    const resources = { requests: wants, limits: wants };
    const figures = noFigures();
    const { figures: sums } = podSums(
      rowOf(pods, { ...pod, spec: { nodeName: 'n1', containers: [{ name: 'web', resources }] } }),
    );
    for (let count = 0; count < 3; count += 1) addFigures(figures, sums, 1);
    const allocatable = {
      cpu: '2',
      'ephemeral-storage': '12Gi',
      'hugepages-2Mi': '1Gi',
      'example.com/gpu': '2k',
    };
    const wire: Node = { metadata: { name: 'n1' }, status: { allocatable } };
    const row = rowOf(nodes, wire);
    const text = (id: string) => nodes.columns.find((column) => column.id === id)?.text(row, now);
    expect(text('ephemeralStorageRequests')).toBe('');
    Object.assign(row.cells, figureCells(figures, row.cells));
    expect(
      ['ephemeralStorageRequests', 'hugepagesRequests', 'extendedLimits', 'extendedAllocatable'].map(text),
    ).toEqual(['3Gi (25%)', 'hugepages-2Mi: 12Mi', 'example.com/gpu: 6', 'example.com/gpu: 2k']);
    const line = (amount: string, percent: number | null, offer: string) => ({
      requests: { text: amount, percent },
      limits: { text: amount, percent },
      allocatable: offer,
      capacity: '',
    });
    expect(allocatedResources(wire, row.cells)).toEqual([
      { name: 'cpu', ...line('0', 0, '2') },
      { name: 'memory', ...line('0', 0, '') },
      { name: 'ephemeral-storage', ...line('3Gi', 25, '12Gi') },
      { name: 'hugepages-2Mi', ...line('12Mi', 1, '1Gi') },
      { name: 'example.com/gpu', ...line('6', null, '2k') },
    ]);
    expect(allocatedResources(wire, null)[0]).toMatchObject({
      requests: null,
      limits: null,
      allocatable: '2',
    });
  });
  test('a resize under way shows in the pod’s row, not in the totals of its node', () => {
    const containers = [{ name: 'web', resources: { requests: { cpu: '200m' }, limits: { cpu: '1' } } }];
    const given = { requests: { cpu: '500m' }, limits: { cpu: '800m' } };
    const status = {
      ...pod.status,
      conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Deferred' }],
      containerStatuses: [
        { name: 'web', image: '', imageID: '', ready: true, restartCount: 0, resources: given },
      ],
    };
    const resized: Pod = { ...pod, spec: { nodeName: 'n1', containers }, status };
    const row = rowOf(pods, resized);
    expect(row.cells).toMatchObject({ resize: 'Deferred', cpuRequests: 500, cpuLimits: 1000 });
    expect(podSums(row).figures.resources.get('cpu')).toEqual({ requests: 200, limits: 1000 });
    const infeasible = rowOf(pods, {
      ...resized,
      status: { ...status, conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }] },
    });
    expect(infeasible.cells).toMatchObject({ resize: 'Infeasible', cpuRequests: 500, cpuLimits: 800 });
    expect(pods.columns.find(({ id }) => id === 'resize')?.level?.(infeasible)).toBe('error');
  });
});
