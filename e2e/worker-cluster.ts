import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';

/** The cluster of this worker: what journeys at the same time change is not in it. */
export function workerCluster(): Promise<LocalCluster> {
  return sharedTestCluster(`worker-${process.env['VITEST_POOL_ID']}`);
}
