import { expect, test } from 'vitest';
import type { ResourceCluster } from '../resource-cluster.ts';
import type { Writer } from '../writer.ts';
import { batchHandler } from './action-operations.ts';

const resource = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};
const served = { find: () => resource, isBroken: () => false };
const cluster = { id: 'c', name: 'here', discovery: { get: () => Promise.resolve(served) } };
const operation = {
  id: 'o',
  input: { group: 'apps', plural: 'deployments', parameters: {} },
  cluster: { id: 'c', name: 'here' },
  actor: { userId: 'u', username: 'u', address: '::1' },
};
const target = { namespace: 'n', name: 'a' };
const refused = {
  target,
  resolved: null,
  refusal: { code: 'clusterUnreachable', params: { reason: 'timeout' } },
};
const handlerOn = (found: object | undefined) =>
  batchHandler('restart', () => found as ResourceCluster | undefined, {} as Writer);

test('what could not be said at submit is said at the retry; what could stays as it was', async () => {
  const { renew } = handlerOn(cluster);
  expect(await renew?.(operation, refused)).toEqual({ target, resolved: { at: expect.any(String) } });
  const fixed = { target, resolved: { at: 'then' } };
  expect(await renew?.(operation, fixed)).toBe(fixed);
});

test('what still cannot be said is the item’s failure, not the retry’s', async () => {
  const { renew } = handlerOn(undefined);
  expect(await renew?.(operation, refused)).toEqual({
    target,
    resolved: null,
    refusal: { code: 'notFound', params: {} },
  });
});
