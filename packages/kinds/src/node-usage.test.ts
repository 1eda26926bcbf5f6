import { expect, test } from 'vitest';
import { rowOf } from './kind.ts';
import { nodeUsage, usageCells } from './node-usage.ts';

test('reads what metrics-server says, beside what is allocatable', () => {
  const object = { metadata: { name: 'n1' }, usage: { cpu: '250500000n', memory: '1048576Ki' } };
  const { cells } = rowOf(nodeUsage, object);
  expect(usageCells(cells, { cpuAllocatable: 1000, memoryAllocatable: 2 ** 31 })).toEqual({
    cpuUsage: 251,
    cpuUsageShare: 0.251,
    memoryUsage: 2 ** 30,
    memoryUsageShare: 0.5,
  });
});

test('no figures are no data, never nothing', () => {
  const none = { cpuUsage: null, cpuUsageShare: null, memoryUsage: null, memoryUsageShare: null };
  expect(usageCells(undefined, { cpuAllocatable: 1000, memoryAllocatable: 1000 })).toEqual(none);
  expect(usageCells(rowOf(nodeUsage, { metadata: { name: 'n1' } }).cells, {})).toEqual(none);
  expect(usageCells({ cpu: 5, memory: 5 }, { cpuAllocatable: 0 })).toMatchObject({
    cpuUsage: 5,
    cpuUsageShare: null,
  });
});
