import type { Cells, Row } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { sampleUsage } from './sample-usage.ts';

const pod = (namespace: string, name: string, cells: Cells = {}): Row => ({
  uid: `${namespace}/${name}`,
  namespace,
  name,
  resourceVersion: '1',
  cells: { node: 'n1', phase: 'Running', cpuRequests: 100, memoryLimits: 2048, owner: null, ...cells },
});
const owner = 'StatefulSet/db';

test('nodes, namespaces and workloads have the sums of what was measured, beside what all their pods were promised', () => {
  const points = sampleUsage(
    {
      nodes: new Map([['n1', { cpu: 500, memory: 9000 }]]),
      pods: new Map([
        ['shop/db-0', { cpu: 10, memory: 1024 }],
        ['shop/alone', { cpu: 5, memory: 512 }],
      ]),
    },
    [pod('shop', 'db-0', { owner }), pod('shop', 'db-1', { owner }), pod('shop', 'alone'), pod('dark', 'p')],
    () => ({}),
  );
  expect([...points.keys()].toSorted()).toEqual([
    'apps/statefulsets/shop/db',
    'core/namespaces/_/shop',
    'core/nodes/_/n1',
  ]);
  expect(points.get('core/nodes/_/n1')).toMatchObject({ cpu: 500, memory: 9000, cpuRequests: 400 });
  expect(points.get('core/namespaces/_/shop')).toMatchObject({ cpu: 15, memory: 1536, cpuRequests: 300 });
  expect(points.get('apps/statefulsets/shop/db')).toMatchObject({
    cpu: 10,
    cpuPeak: 10,
    memory: 1024,
    memoryLimits: 4096,
  });
});

test('finished pods were promised nothing, and a node without figures is a gap', () => {
  const points = sampleUsage(
    {
      nodes: new Map([['n2', { cpu: null, memory: null }]]),
      pods: new Map([['a/done', { cpu: 1, memory: 1 }]]),
    },
    [pod('a', 'done', { phase: 'Succeeded' })],
    () => ({}),
  );
  expect([...points]).toEqual([]);
});
