import { KubeError } from '@pilothouse/kube';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mountActions } from './actions/actions.routes.ts';
import { drain } from './actions/drain/drain.ts';
import { ResourceActions } from './actions/resource-actions.ts';
import { EscalationGuard } from './escalation/escalation-guard.ts';
import type { ObjectHistory } from '../../clusters/object-history.ts';
import { ObjectChanges } from './object-changes.ts';
import { Referrers } from './referrers.ts';
import { ResourceLists } from './resource-lists.ts';
import { addResourceTopics, mountResources, mountSearch, mountWrites } from './resources.routes.ts';
import { searchClusters } from './search/search-clusters.ts';
import { searchLists } from './search/search-lists.ts';
import { ResourcesService, type ObjectParams, type WholeObject } from './resources.service.ts';
import { servedKind } from './resource-cluster.ts';
import type { RowSource } from './row-source.ts';
import { RowSources } from './row-sources.ts';
import { SourcePool, type Lease } from './source-pool.ts';
import { addStoreMetrics } from './store-metrics.ts';
import { WriteDoor } from './write-door.ts';
import { Writer } from './writer.ts';

/** What other features ask of it. */
type ResourcesFeature = Feature & {
  /** An object as it may be shown; null where it is gone. */
  read: (params: ObjectParams, signal: AbortSignal) => Promise<WholeObject | null>;
  /** All pods of a cluster as rows, up to date as long as they are held. Rejects with KubeError. */
  holdPods: (cluster: string) => Promise<Lease<RowSource>>;
} & Pick<WriteDoor, 'create' | 'patch' | 'remove'>;

/** Clusters' objects: lists and their stores, single objects, batches. */
export function build(
  { registry, authoriser, operations, metrics }: Core,
  history: ObjectHistory,
): ResourcesFeature {
  const findCluster = (name: string) => registry.get(name);
  const pool = new SourcePool();
  const sources = new RowSources(pool);
  const lists = new ResourceLists(findCluster, sources, authoriser);
  const service = new ResourcesService(findCluster);
  const writer = new Writer(new EscalationGuard(authoriser), history);
  const environmentOf = (cluster: string) => registry.environmentOf(cluster);
  const long = { drain: drain({ find: findCluster, writer, sources, environmentOf }) };
  const actions = new ResourceActions(findCluster, operations, writer, long);
  const referrers = new Referrers(findCluster, authoriser);
  const search = {
    lists: searchLists((cluster) => sources.held(cluster), authoriser),
    clusters: searchClusters(authoriser, ({ id }) => registry.namespaceOf(id)),
  };
  const changes = new ObjectChanges(findCluster, pool, service);
  const door = new WriteDoor(findCluster, writer);
  addStoreMetrics(metrics.registry, () =>
    registry
      .handles()
      .filter(({ traffic }) => traffic !== undefined)
      .map((handle) => ({ name: handle.name, ...pool.sizeOf(handle) })),
  );
  return {
    mount(api) {
      mountResources(api, lists, service, referrers);
      mountSearch(api, () => registry.handles(), search);
      mountActions(api, actions);
      mountWrites(api, door);
    },
    topics: (topics) => addResourceTopics(topics, lists, changes),
    operations: (runner) => actions.register(runner),
    stop: () => pool.stop(),
    create: (call, run) => door.create(call, run),
    patch: (call, run) => door.patch(call, run),
    remove: (params, uid, run) => door.remove(params, uid, run),
    holdPods: async (cluster) =>
      sources.open(await servedKind(findCluster, { cluster, group: 'core', plural: 'pods' }), undefined),
    read: (params, signal) =>
      service.get(params, signal).then(
        ({ object }) => object,
        (error: unknown) => {
          if (error instanceof KubeError && error.is(404)) return null;
          throw error;
        },
      ),
  };
}
