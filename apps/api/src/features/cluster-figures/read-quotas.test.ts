import { expect, test } from 'vitest';
import { quotaOf } from './read-quotas.ts';

test('shares go by what quantities mean; what is limited to nothing has none', () => {
  const quota = quotaOf({
    metadata: { name: 'most', namespace: 'shop' },
    status: {
      hard: { pods: '0', 'limits.cpu': '1500m', 'requests.memory': '1Gi' },
      used: { 'limits.cpu': '3', 'requests.memory': '256Mi' },
    },
  });
  expect(quota).toEqual({
    namespace: 'shop',
    name: 'most',
    resources: [
      { resource: 'limits.cpu', used: '3', hard: '1500m', share: 2 },
      { resource: 'pods', used: '0', hard: '0', share: null },
      { resource: 'requests.memory', used: '256Mi', hard: '1Gi', share: 0.25 },
    ],
  });
  expect(quotaOf({ metadata: { name: 'new', namespace: 'shop' } }).resources).toEqual([]);
});
