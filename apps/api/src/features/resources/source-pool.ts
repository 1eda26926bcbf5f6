import type { ResourceCluster } from './resource-cluster.ts';

/** Something that costs while it runs, and how to end it. */
export interface Shared<T> {
  value: T;
  stop(): void;
  /** Objects it holds; absent where it only shows what others hold. */
  size?: () => number;
}

/** A hold on something shared; it runs at least until every hold is let go. */
export interface Lease<T> {
  value: T;
  release(): void;
}

interface Entry {
  shared: Shared<unknown>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/** Somebody who turns a page comes back within this. */
const idleMs = 60_000;

/**
 * What runs per cluster because somebody looks: begun by the first who asks, shared by all, ended a minute after the
 * last has gone, or with the cluster's connection.
 */
export class SourcePool {
  readonly #idleMs: number;
  readonly #clusters = new Map<ResourceCluster, Map<string, Entry>>();

  constructor(options: { idleMs?: number } = {}) {
    this.#idleMs = options.idleMs ?? idleMs;
  }

  /** Takes hold of what `key` stands for, beginning it where nobody has. Throws when the connection is closed. */
  acquire<T>(cluster: ResourceCluster, key: string, begin: () => Shared<T>): Lease<T> {
    const entries = this.#entriesOf(cluster);
    const entry = entries.get(key) ?? { shared: begin(), users: 0, idle: undefined };
    entries.set(key, entry);
    clearTimeout(entry.idle);
    entry.users += 1;
    let held = true;
    return {
      value: entry.shared.value as T,
      release: () => {
        if (!held) return;
        held = false;
        entry.users -= 1;
        if (entry.users === 0)
          entry.idle = setTimeout(() => this.#end(cluster, key, entry), this.#idleMs).unref();
      },
    };
  }

  /** Number of things that run. */
  get size(): number {
    return [...this.#clusters.values()].reduce((sum, entries) => sum + entries.size, 0);
  }

  /** What runs for a cluster. Seeing it is no hold on it. */
  valuesOf(cluster: ResourceCluster): unknown[] {
    return [...(this.#clusters.get(cluster)?.values() ?? [])].map(({ shared }) => shared.value);
  }

  /** What runs for a cluster, and the objects held in it. */
  sizeOf(cluster: ResourceCluster): { stores: number; rows: number } {
    const sizes = [...(this.#clusters.get(cluster)?.values() ?? [])].flatMap(
      ({ shared }) => shared.size?.() ?? [],
    );
    return { stores: sizes.length, rows: sizes.reduce((sum, size) => sum + size, 0) };
  }

  /** Ends everything. */
  stop(): void {
    for (const cluster of this.#clusters.keys()) this.#endAll(cluster);
  }

  #entriesOf(cluster: ResourceCluster): Map<string, Entry> {
    const { closed } = cluster.connection;
    closed.throwIfAborted();
    const known = this.#clusters.get(cluster);
    if (known !== undefined) return known;
    const entries = new Map<string, Entry>();
    this.#clusters.set(cluster, entries);
    closed.addEventListener('abort', () => this.#endAll(cluster), { once: true });
    return entries;
  }

  #endAll(cluster: ResourceCluster): void {
    for (const [key, entry] of this.#clusters.get(cluster) ?? []) this.#end(cluster, key, entry);
    this.#clusters.delete(cluster);
  }

  #end(cluster: ResourceCluster, key: string, entry: Entry): void {
    clearTimeout(entry.idle);
    const entries = this.#clusters.get(cluster);
    if (entries?.get(key) !== entry) return;
    entries.delete(key);
    entry.shared.stop();
  }
}
