// Depends on: tools/control-plane
import { expect, test } from 'vitest';
import { findLeftovers, sharedTestCluster } from './testing.ts';

test('whoever asks for the same cluster gets the same one, with its landscape Ready', async () => {
  const [one, other] = await Promise.all([sharedTestCluster(), sharedTestCluster()]);
  expect(one.server).toBe(other.server);
  expect(one.spec).toMatchObject({ kwokNodes: 3, landscape: 'demo' });
  const phase = ['get', 'pod', '-n', 'demo', 'shell', '-o', 'jsonpath={.status.phase}'];
  expect(await one.kubectl(...phase)).toBe('Running');
});

test('a cluster of another name or kind is another one', async () => {
  const shared = await sharedTestCluster();
  const own = await sharedTestCluster('own', { kwokNodes: 0, landscape: 'none', realNode: false });
  expect(own.server).not.toBe(shared.server);
  expect(await findLeftovers(own.directory)).not.toEqual([]);
  await own.stop();
  expect(await findLeftovers(own.directory)).toEqual([]);
});
