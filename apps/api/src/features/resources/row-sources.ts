import { nodeUsage } from '@pilothouse/kinds';
import { KubeError } from '@pilothouse/kube';
import { MergedRows } from './merged-rows.ts';
import { NodeRows } from './node-rows.ts';
import { servedKind, type ResourceCluster, type ServedKind } from './resource-cluster.ts';
import type { RowSource } from './row-source.ts';
import type { Lease, SourcePool } from './source-pool.ts';
import { StoreRows } from './store-rows.ts';

/** How long a first answer waits for the rows to be complete; after that it is given as `syncing`. */
const patienceMs = 5000;

function isForbidden(error: unknown): boolean {
  return error instanceof KubeError && error.status === 403;
}

/** Waits for the rows, but not for ever. Rejects with the error that keeps them from coming. */
async function settle(source: RowSource, signal: AbortSignal | undefined): Promise<void> {
  if (source.isComplete) return;
  const patience = AbortSignal.timeout(patienceMs);
  try {
    await source.ready(signal === undefined ? patience : AbortSignal.any([signal, patience]));
  } catch (error) {
    if (!patience.aborted) throw error;
  }
}

/** Opens the rows of kinds, each store once per cluster however many look. */
export class RowSources {
  readonly #pool: SourcePool;

  constructor(pool: SourcePool) {
    this.#pool = pool;
  }

  /**
   * The rows of a kind, complete or after some patience. `namespaces` are all that will be asked for; where the
   * credential may not list the whole cluster only theirs are listed. Rejects with KubeError.
   */
  async open(
    kind: ServedKind,
    namespaces: string[] | undefined,
    signal?: AbortSignal,
  ): Promise<Lease<RowSource>> {
    const wide =
      kind.descriptor.group === 'core' && kind.descriptor.plural === 'nodes'
        ? await this.#nodes(kind)
        : this.#store(kind);
    try {
      await settle(wide.value, signal);
      return wide;
    } catch (error) {
      wide.release();
      if (!isForbidden(error) || namespaces === undefined || !kind.resource.namespaced) throw error;
    }
    return this.#merged(kind, namespaces, signal);
  }

  /** The stores that run for a cluster, because somebody looks or just looked; no hold on them. */
  held(cluster: ResourceCluster): StoreRows[] {
    return this.#pool.valuesOf(cluster).filter((value) => value instanceof StoreRows);
  }

  #store(kind: ServedKind, namespace?: string): Lease<RowSource> {
    const { cluster, resource } = kind;
    const key = `${resource.group}/${resource.version}/${resource.plural}/${namespace ?? ''}`;
    return this.#pool.acquire<RowSource>(cluster, key, () => {
      const store = new StoreRows(kind, namespace);
      store.start();
      return { value: store, stop: () => store.stop(), size: () => store.size };
    });
  }

  async #nodes(kind: ServedKind): Promise<Lease<NodeRows>> {
    const pods = await podsOf(kind.cluster);
    const measured = (await kind.cluster.discovery.get()).find(nodeUsage.group, nodeUsage.plural);
    return this.#pool.acquire(kind.cluster, 'nodes with figures', () => {
      const leases = [this.#store(kind), this.#store(pods)] as const;
      const usage =
        measured && this.#store({ cluster: kind.cluster, resource: measured, descriptor: nodeUsage });
      const schema = { fields: kind.descriptor.fieldSelectors, textFields: undefined };
      const rows = new NodeRows(leases[0].value, leases[1].value, schema, usage?.value);
      return {
        value: rows,
        stop: () => {
          rows.stop();
          for (const lease of leases) lease.release();
          usage?.release();
        },
      };
    });
  }

  async #merged(kind: ServedKind, namespaces: string[], signal?: AbortSignal): Promise<Lease<RowSource>> {
    const leases = namespaces.map((namespace) => [namespace, this.#store(kind, namespace)] as const);
    const release = () => {
      for (const [, lease] of leases) lease.release();
    };
    const value = new MergedRows(new Map(leases.map(([namespace, lease]) => [namespace, lease.value])));
    try {
      await settle(value, signal);
      return { value, release };
    } catch (error) {
      release();
      throw error;
    }
  }
}

function podsOf(cluster: ResourceCluster): Promise<ServedKind> {
  return servedKind(() => cluster, { cluster: cluster.name, group: 'core', plural: 'pods' });
}
