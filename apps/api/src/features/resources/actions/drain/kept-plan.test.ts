import type { PlanOf } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { keptPlan } from './kept-plan.ts';

type Pod = PlanOf<'drain'>['nodes'][number]['pods'][number];

const pod = (name: string, change: Partial<Pod> = {}): Pod => ({
  namespace: 'demo',
  name,
  uid: name,
  owner: null,
  outcome: 'evict',
  reason: null,
  message: null,
  warnings: [],
  budget: null,
  isSingle: null,
  hasRoom: null,
  ...change,
});

test('of very many pods all that do not simply go are named first, the rest is counted', () => {
  const many = Array.from({ length: 700 }, (_, index) => pod(`plain-${index}`));
  const held = pod('held', { outcome: 'heldBack', reason: 'budget' });
  const losing = pod('losing', { warnings: ['emptyDir'] });
  const node = { name: 'n', uid: 'n', isCordoned: false, isRefused: false };
  const kept = keptPlan({
    evicts: true,
    nodes: [
      { ...node, pods: [...many, held, losing] },
      { ...node, pods: [pod('only')] },
    ],
  });
  const [first, second] = kept.nodes;
  expect(first?.pods.slice(0, 2)).toEqual([held, losing]);
  expect([first?.pods.length, first?.unnamed]).toEqual([500, 202]);
  expect(second).toEqual({ ...node, pods: [pod('only')], unnamed: 0 });
});
