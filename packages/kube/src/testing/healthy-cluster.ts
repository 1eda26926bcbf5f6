import { ObjectStore } from '../store/object-store.ts';
import type { StoreRow } from '../store/store-row.ts';
import { fixedPaths } from '../transport/api-path.ts';
import { startHostile } from './hostile-server.ts';
import { podRow, pods } from './pods.ts';

/** A cluster that does nothing wrong, in a process of its own. */
export interface HealthyCluster {
  /** What a page of it costs: an answer of the cluster, and a page of the rows that are mirrored, as JSON. */
  page(): Promise<void>;
  /** How late the turns of its process came since this was last asked, which is the machine's doing. */
  lateness(): Promise<number>;
}

/** Starts one, with its pods mirrored; it ends with this process. */
export async function startHealthyCluster(): Promise<HealthyCluster> {
  const server = await startHostile('a good collection of 500 pods', { alone: true });
  const connection = server.connect();
  const store = new ObjectStore<StoreRow>({ connection, resource: pods, project: podRow });
  store.start();
  await store.ready();
  return {
    page: async () => {
      await connection.json({ path: fixedPaths.version });
      const page = store.page({ page: 2, pageSize: 100, sort: '-name' });
      if (page.state !== 'live' || JSON.stringify(page.items).length === 0) throw new Error(page.state);
    },
    lateness: server.lateness,
  };
}
