import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { needs, type Possible } from '@pilothouse/testing';
import { inject, type TestContext } from 'vitest';
import { connectCluster } from './clusters.ts';
import type { LocalCluster } from './local-cluster.ts';
import { realNodePossible } from './node/real-node-possible.ts';
import type { TestClusterAddress, TestClusterRequest } from './test-clusters.ts';

export { findLeftovers } from './leftovers.ts';

let possible: Promise<Possible> | undefined;

/** Skips the test, or from a hook each test, where this machine can run no real containers: kwok's logs and shells are not a kubelet's. */
export async function needsRealNode(context: TestContext): Promise<void> {
  needs(context, await (possible ??= realNodePossible()));
}

/**
 * A cluster that all test files of this run share: a real node where the machine allows (`cluster.spec.realNode` tells), 3 kwok nodes,
 * the demo landscape, its healthy pods Ready. The first caller of a name waits until it has started (about 15 s, or the build before).
 * Needs `vitest-global-setup.ts` among the project's globalSetup files. Don't stop it; a test that kills parts of it takes a name of its own,
 * and stops that when the file ends: a cluster that nobody needs costs the others a tenth of a core.
 */
export async function sharedTestCluster(
  name = 'shared',
  options: Omit<TestClusterRequest, 'name'> = {},
): Promise<LocalCluster> {
  const keeper = inject('testClusters');
  const wanted: TestClusterRequest = { kwokNodes: 3, landscape: 'demo', realNode: true, ...options, name };
  const asking = request(keeper.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${keeper.token}` },
  });
  asking.end(JSON.stringify(wanted));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(body);
  const address = JSON.parse(body) as TestClusterAddress;
  return connectCluster(address.name, { dataDir: address.dataDir });
}
