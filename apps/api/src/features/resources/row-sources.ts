import { nodeUsage, podUsage, type KindDescriptor } from '@pilothouse/kinds';
import { KubeError } from '@pilothouse/kube';
import { MergedRows } from './merged-rows.ts';
import { NodeRows } from './node-rows.ts';
import { PodRows } from './pod-rows.ts';
import { servedKind, type ResourceCluster, type ServedKind } from './resource-cluster.ts';
import type { RowSource } from './row-source.ts';
import type { Lease, SourcePool } from './source-pool.ts';
import { StoreRows } from './store-rows.ts';
import { SummedRows } from './summed-rows.ts';

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
   * credential may not list the whole cluster only theirs are listed. `withUsage`: pods with what they use, and what has
   * pods with their sums. Rejects with KubeError.
   */
  async open(
    kind: ServedKind,
    namespaces: string[] | undefined,
    options: { withUsage?: boolean | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<Lease<RowSource>> {
    const { withUsage = false, signal } = options;
    const opened = await this.#opener(kind, withUsage);
    const wide = opened();
    try {
      await settle(wide.value, signal);
      return wide;
    } catch (error) {
      wide.release();
      if (!isForbidden(error) || namespaces === undefined || !kind.resource.namespaced) throw error;
    }
    return this.#merged(opened, namespaces, signal);
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

  /** How the rows of a kind are opened, of the whole cluster or of a namespace. */
  async #opener(kind: ServedKind, withUsage: boolean): Promise<(namespace?: string) => Lease<RowSource>> {
    const { group, plural } = kind.descriptor;
    if (group === 'core' && plural === 'nodes') {
      const [pods, usage] = [await podsOf(kind.cluster), await measuredAs(nodeUsage, kind)];
      return () => this.#nodes(kind, pods, usage);
    }
    // nothing is joined to a kind without such a column
    if (!withUsage || !Object.hasOwn(kind.descriptor.fields, 'cpuUsage'))
      return (namespace) => this.#store(kind, namespace);
    const usage = await measuredAs(podUsage, kind);
    if (group === 'core' && plural === 'pods') return (namespace) => this.#pods(kind, usage, namespace);
    const pods = await podsOf(kind.cluster);
    return (namespace) => this.#summed(kind, () => this.#pods(pods, usage, namespace), namespace);
  }

  /** What has pods, of which the pods of a namespace are enough where only its objects are listed. */
  #summed(kind: ServedKind, openPods: () => Lease<RowSource>, namespace?: string): Lease<SummedRows> {
    const { group, plural } = kind.descriptor;
    const key = `${group}/${plural} with usage/${namespace ?? ''}`;
    return this.#pool.acquire(kind.cluster, key, () => {
      const [owners, pods] = [this.#store(kind, namespace), openPods()];
      const schema = { fields: kind.descriptor.fieldSelectors, textFields: undefined };
      const rows = new SummedRows(owners.value, pods.value, { group, plural }, schema);
      return {
        value: rows,
        stop: () => {
          rows.stop();
          owners.release();
          pods.release();
        },
      };
    });
  }

  /** Of a cluster where nobody measures them they are what they are without. */
  #pods(kind: ServedKind, measured: ServedKind | undefined, namespace?: string): Lease<RowSource> {
    if (measured === undefined) return this.#store(kind, namespace);
    return this.#pool.acquire(kind.cluster, `pods with usage/${namespace ?? ''}`, () => {
      const [pods, usage] = [this.#store(kind, namespace), this.#store(measured, namespace)];
      const schema = { fields: kind.descriptor.fieldSelectors, textFields: undefined };
      const rows = new PodRows(pods.value, usage.value, schema);
      return {
        value: rows,
        stop: () => {
          rows.stop();
          pods.release();
          usage.release();
        },
      };
    });
  }

  #nodes(kind: ServedKind, pods: ServedKind, measured: ServedKind | undefined): Lease<NodeRows> {
    return this.#pool.acquire(kind.cluster, 'nodes with figures', () => {
      const leases = [this.#store(kind), this.#store(pods)] as const;
      const usage = measured && this.#store(measured);
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

  async #merged(
    opened: (namespace: string) => Lease<RowSource>,
    namespaces: string[],
    signal?: AbortSignal,
  ): Promise<Lease<RowSource>> {
    const leases = namespaces.map((namespace) => [namespace, opened(namespace)] as const);
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

/** The kind of what metrics.k8s.io measures; undefined where the cluster has nobody who does. */
async function measuredAs(
  descriptor: KindDescriptor,
  { cluster }: ServedKind,
): Promise<ServedKind | undefined> {
  const resource = (await cluster.discovery.get()).find(descriptor.group, descriptor.plural);
  return resource && { cluster, resource, descriptor };
}
