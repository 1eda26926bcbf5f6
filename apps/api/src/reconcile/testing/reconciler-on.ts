import { randomUUID } from 'node:crypto';
import type { RequestEvent } from '@pilothouse/kube';
import { ClusterConnections } from '../../clusters/cluster-connections.repository.ts';
import { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import type { Database } from '../../db/database.ts';
import { Versions } from '../../db/versions.ts';
import { Reconciler, type ReconcilerOptions } from '../reconciler.ts';
import { FileSource } from './file-source.ts';

export interface TestReconciler {
  reconciler: Reconciler;
  registry: ClusterRegistry;
  source: FileSource;
  /** Calls to clusters so far. */
  calls: (RequestEvent & { clusterId: string })[];
  stop(): Promise<void>;
}

/** A reconciler of this process with short leases, on clusters whose credentials lie open in the database. */
export async function reconcilerOn(
  database: Database,
  folder: string,
  options: Partial<Pick<ReconcilerOptions, 'onStep' | 'pollMs'>> = {},
): Promise<TestReconciler> {
  const onError = (error: unknown) => process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
  const versions = new Versions(database, onError);
  const registry = new ClusterRegistry({
    repository: new ClusterConnections(database),
    versions,
    allowLoopback: true,
    pingMs: 25_000,
    open: (_id, sealed) => JSON.parse(Buffer.from(sealed).toString('utf8')),
    onError,
  });
  const calls: TestReconciler['calls'] = [];
  registry.onRequest((clusterId, event) => calls.push({ clusterId, ...event }));
  await versions.start();
  await registry.start();
  const reconciler = new Reconciler({
    database,
    registry,
    versions,
    owner: `${process.pid}-${randomUUID()}`,
    hashKey: Buffer.alloc(32, 7),
    onError,
    times: { leaseMs: 1500, renewMs: 400 },
    pollMs: 100,
    ...options,
  });
  const source = new FileSource(folder);
  reconciler.register(source);
  return {
    reconciler,
    registry,
    source,
    calls,
    async stop() {
      await reconciler.stop();
      versions.stop();
      await registry.stop();
    },
  };
}
