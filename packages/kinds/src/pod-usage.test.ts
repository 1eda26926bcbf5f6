import { expect, test } from 'vitest';
import { rowOf, type Cells, type Row } from './kind.ts';
import { podUsage, podUsageCells, summedUsageCells } from './pod-usage.ts';

const measured = (...usages: Record<string, string>[]) => ({
  metadata: { name: 'p', namespace: 'n' },
  containers: usages.map((usage, index) => ({ name: `c${index}`, usage })),
});

test('containers are added up before anything is rounded, as kubectl top does', () => {
  const { cells } = rowOf(
    podUsage,
    measured({ cpu: '600u', memory: '10Ki' }, { cpu: '600u', memory: '1Mi' }),
  );
  expect(cells).toMatchObject({ cpu: 2, memory: 1058816 });
});

test('shares are of requests and of limits', () => {
  const usage = { cpu: 150, memory: 300 };
  const pod = { cpuRequests: 100, cpuLimits: 0, memoryRequests: 600, memoryLimits: 400 };
  expect(podUsageCells(usage, pod)).toEqual({
    cpuUsage: 150,
    cpuUsageOfRequests: 1.5,
    cpuUsageOfLimits: null,
    memoryUsage: 300,
    memoryUsageOfRequests: 0.5,
    memoryUsageOfLimits: 0.75,
  });
});

test('no figures are no data, never nothing', () => {
  expect(rowOf(podUsage, measured()).cells).toMatchObject({ cpu: null, memory: null });
  expect(podUsageCells(undefined, { cpuRequests: 100, memoryLimits: 1 })).toEqual({
    cpuUsage: null,
    cpuUsageOfRequests: null,
    cpuUsageOfLimits: null,
    memoryUsage: null,
    memoryUsageOfRequests: null,
    memoryUsageOfLimits: null,
  });
});

test('what has pods has the sums of what is known of them', () => {
  const pod = (cells: Cells): Row => ({ uid: '', namespace: 'a', name: 'p', resourceVersion: '1', cells });
  const pods = [
    pod({ cpuRequests: 100, memoryRequests: null, memoryLimits: 400, cpuUsage: 50, memoryUsage: 100 }),
    pod({ cpuRequests: 100, memoryRequests: null, memoryLimits: null, cpuUsage: null, memoryUsage: null }),
    pod({ cpuRequests: 0, cpuUsage: 0, memoryUsage: 200 }),
  ];
  expect(summedUsageCells(pods)).toEqual({
    runningPods: 3,
    cpuRequests: 200,
    cpuLimits: null,
    memoryRequests: null,
    memoryLimits: 400,
    cpuUsage: 50,
    cpuUsageOfRequests: 0.25,
    cpuUsageOfLimits: null,
    memoryUsage: 300,
    memoryUsageOfRequests: null,
    memoryUsageOfLimits: 0.75,
  });
  expect(summedUsageCells([])).toMatchObject({ runningPods: 0, cpuRequests: null, cpuUsage: null });
});
