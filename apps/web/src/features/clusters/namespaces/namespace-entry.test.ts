import { expect, test } from 'vitest';
import { namespaceEntries, sortEntries } from './namespace-entry.ts';

const reserved = (requests: number) => ({ requests, limits: 2 * requests });
const answer = {
  sweptAt: '2026-11-28T00:00:00Z',
  items: [
    { namespace: 'shop', pods: 3, cpu: reserved(500), memory: reserved(10) },
    { namespace: 'billing', pods: 9, cpu: reserved(100), memory: reserved(20) },
  ],
  quotas: [
    {
      namespace: 'shop',
      name: 'most',
      resources: [
        { resource: 'limits.cpu', used: '0', hard: '0', share: null },
        { resource: 'pods', used: '3', hard: '10', share: 0.3 },
        { resource: 'requests.cpu', used: '500m', hard: '500m', share: 1 },
      ],
    },
  ],
};

test('a namespace without pods asks for nothing, once they were counted', () => {
  const [empty] = namespaceEntries(['empty'], answer);
  expect(empty).toMatchObject({ name: 'empty', figures: { pods: 0 }, quotas: [] });
  expect(namespaceEntries(['empty'], { ...answer, sweptAt: null, items: [] })[0]?.figures).toBeNull();
  expect(namespaceEntries(['empty'], null)[0]?.figures).toBeNull();
});

test('the fullest quota stands first, in the row and in the table', () => {
  const entries = namespaceEntries(['empty', 'shop'], answer);
  expect(entries.find(({ name }) => name === 'shop')?.quotas.map(({ resource }) => resource)).toEqual([
    'requests.cpu',
    'pods',
    'limits.cpu',
  ]);
  const names = (sort: string) => sortEntries(entries, sort).map(({ name }) => name);
  expect(names('-quotas')).toEqual(['shop', 'billing', 'empty']);
  expect(names('-pods')).toEqual(['billing', 'shop', 'empty']);
  expect(names('cpuRequests')).toEqual(['empty', 'billing', 'shop']);
  expect(names('name')).toEqual(['billing', 'empty', 'shop']);
  expect(names('-nonsense')).toEqual(['shop', 'empty', 'billing']);
});
