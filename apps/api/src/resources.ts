import type { Authoriser } from './authz/authoriser.ts';
import { ObjectChanges } from './features/resources/object-changes.ts';
import type { FindCluster, ResourceCluster } from './features/resources/resource-cluster.ts';
import { ResourceLists } from './features/resources/resource-lists.ts';
import { batchHandler, batchKinds } from './features/resources/resource-operations.ts';
import { addResourceTopics, mountResources } from './features/resources/resources.routes.ts';
import { ResourcesService } from './features/resources/resources.service.ts';
import { RowSources } from './features/resources/row-sources.ts';
import { SourcePool } from './features/resources/source-pool.ts';
import type { ApiRouter } from './http/mount.ts';
import type { Operations } from './operations/operations.ts';
import type { LiveTopics } from './ws/live-topics.ts';

/** The container's part that serves clusters' objects: lists and their stores, single objects, batches. */
export class Resources {
  readonly #pool = new SourcePool();
  readonly #lists: ResourceLists;
  readonly #service: ResourcesService;
  readonly #changes: ObjectChanges;

  constructor(parts: { findCluster: FindCluster; authoriser: Authoriser; operations: Operations }) {
    const { findCluster, authoriser, operations } = parts;
    const sources = new RowSources(this.#pool);
    this.#lists = new ResourceLists(findCluster, sources, authoriser);
    this.#service = new ResourcesService(findCluster, operations);
    this.#changes = new ObjectChanges(findCluster, sources);
    for (const kind of Object.values(batchKinds)) operations.register(kind, batchHandler(findCluster));
  }

  mount(api: ApiRouter): void {
    mountResources(api, this.#lists, this.#service);
  }

  addTopics(topics: LiveTopics): void {
    addResourceTopics(topics, this.#lists, this.#service, this.#changes);
  }

  /** The stores that run for a cluster, and the objects in them. */
  sizeOf(cluster: ResourceCluster): { stores: number; rows: number } {
    return this.#pool.sizeOf(cluster);
  }

  /** Ends every list and watch. */
  stop(): void {
    this.#pool.stop();
  }
}
