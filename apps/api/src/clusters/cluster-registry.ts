import type { ClusterCredential, RequestEvent } from '@pilothouse/kube';
import type { Versions } from '../db/versions.ts';
import type { ClusterConnections } from './cluster-connections.repository.ts';
import { atMostEvery } from './at-most-every.ts';
import { ClusterHandle } from './cluster-handle.ts';

export interface ClusterName {
  id: string;
  name: string;
}

/** What of a cluster is different: that or how it is registered, or how it does and what it holds. */
export type ClusterChange = 'registration' | 'state';

export interface ClusterRegistryOptions {
  repository: ClusterConnections;
  versions: Versions;
  /** Opens a sealed credential. */
  open: (clusterId: string, sealed: Uint8Array) => ClusterCredential;
  /** `PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS`; the demo cluster may be on loopback in any case. */
  allowLoopback: boolean;
  /** How often streams to a cluster are pinged. */
  pingMs: number;
  onError: (error: unknown) => void;
}

/**
 * The clusters this process knows, one handle each. What other replicas register, change or remove is here within a
 * second. Look-ups are synchronous and cost nothing: authorisation resolves names with them.
 */
export class ClusterRegistry {
  readonly #options: ClusterRegistryOptions;
  #handles = new Map<string, ClusterHandle>();
  #byId = new Map<string, ClusterHandle>();
  readonly #removed = new Set<(cluster: ClusterName) => void | Promise<void>>();
  readonly #changed = new Set<(clusterId: string, what: ClusterChange) => void>();
  readonly #requests = new Set<(clusterId: string, event: RequestEvent) => void>();
  #reading: Promise<void> | undefined;
  #readAgain = false;
  #unsubscribe: (() => void) | undefined;

  constructor(options: ClusterRegistryOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#options.versions.onChange('clusters', () => {
      this.reload().catch(this.#options.onError);
    });
    await this.reload();
  }

  /** Closes every connection. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    await this.#reading?.catch(() => undefined);
    const handles = this.handles();
    this.#keep(new Map());
    await Promise.all(handles.map((handle) => handle.close()));
  }

  get(name: string): ClusterHandle | undefined {
    return this.#handles.get(name);
  }

  byId(id: string): ClusterHandle | undefined {
    return this.#byId.get(id);
  }

  idOf(name: string): string | undefined {
    return this.#handles.get(name)?.id;
  }

  nameOf(id: string): string | undefined {
    return this.byId(id)?.name;
  }

  /** `production`, `development` …, as it is now; undefined where there is no such cluster. */
  environmentOf(id: string): Promise<string | undefined> {
    return this.#options.repository.environment(id);
  }

  /** The namespace that the cluster's context names; undefined where it names none. */
  namespaceOf(id: string): Promise<string | undefined> {
    return this.#options.repository.namespace(id);
  }

  /** The handles there are; making no use of them. */
  handles(): ClusterHandle[] {
    return [...this.#handles.values()];
  }

  list(): ClusterName[] {
    return [...this.#handles.values()].map(({ id, name }) => ({ id, name }));
  }

  /**
   * Called once for every cluster that is gone; returns how to stop listening. Its connection is closed when all
   * listeners have resolved: shells are ended through it.
   */
  onRemoved(listener: (cluster: ClusterName) => void | Promise<void>): () => void {
    this.#removed.add(listener);
    return () => this.#removed.delete(listener);
  }

  /** Called when a cluster came, went, was edited or probed; returns how to stop listening. */
  onChange(listener: (clusterId: string, what: ClusterChange) => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  /**
   * As {@link onChange}, for whoever reads all clusters at each call: states come as one call in up to 3 s, the longer the
   * more clusters there are.
   */
  onSomeChange(listener: () => void): () => void {
    const states = atMostEvery(() => Math.min(3000, 15 * this.#handles.size), listener);
    const end = this.onChange((_id, what) => (what === 'state' ? states.call() : listener()));
    return () => {
      states.end();
      end();
    };
  }

  /** Called after every request to any cluster; returns how to stop listening. */
  onRequest(listener: (clusterId: string, event: RequestEvent) => void): () => void {
    this.#requests.add(listener);
    return () => this.#requests.delete(listener);
  }

  /** Tells listeners that something about a cluster is different. */
  announce(clusterId: string, what: ClusterChange = 'state'): void {
    for (const listener of this.#changed) listener(clusterId, what);
  }

  /** After a change of this very process: everything that follows from it holds when this resolves. */
  async refresh(): Promise<void> {
    await this.#options.versions.refresh();
    await this.reload();
  }

  /** Reads what is registered; a call during a read makes it read once more. */
  async reload(): Promise<void> {
    if (this.#reading !== undefined) {
      this.#readAgain = true;
      return this.#reading;
    }
    this.#reading = this.#readUntilSettled().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readUntilSettled(): Promise<void> {
    do {
      this.#readAgain = false;
      await this.#read();
    } while (this.#readAgain);
  }

  async #read(): Promise<void> {
    const { repository, open, allowLoopback, pingMs } = this.#options;
    const rows = await repository.list();
    const isKnown = (row: { id: string; name: string; connectionVersion: number }) => {
      const known = this.#handles.get(row.name);
      return known?.id === row.id && known.connectionVersion === row.connectionVersion;
    };
    const wanted = rows.filter((row) => !isKnown(row)).map(({ id }) => id);
    const credentials = wanted.length === 0 ? [] : await repository.credentials(wanted);
    const before = this.#handles;
    const after = new Map<string, ClusterHandle>();
    for (const row of rows) {
      const stored = credentials.find(({ id }) => id === row.id);
      const handle = isKnown(row)
        ? before.get(row.name)
        : stored &&
          new ClusterHandle({
            ...row,
            timeoutMs: stored.timeoutMs,
            allowLoopback: allowLoopback || stored.source === 'demo',
            pingMs,
            credential: () => open(row.id, stored.credential),
            onRequest: (event) => this.#requested(row.id, event),
          });
      if (handle !== undefined) after.set(row.name, handle);
    }
    this.#keep(after);
    this.#drop(before, after);
    for (const { id } of rows) this.announce(id, 'registration');
  }

  #keep(handles: Map<string, ClusterHandle>): void {
    this.#handles = handles;
    this.#byId = new Map([...handles.values()].map((handle) => [handle.id, handle]));
  }

  #drop(before: Map<string, ClusterHandle>, after: Map<string, ClusterHandle>): void {
    const kept = new Set(after.values());
    const ids = new Set([...after.values()].map(({ id }) => id));
    for (const handle of before.values()) {
      if (kept.has(handle)) continue;
      if (ids.has(handle.id)) handle.close().catch(this.#options.onError);
      else this.#farewell(handle).catch(this.#options.onError);
    }
  }

  async #farewell(handle: ClusterHandle): Promise<void> {
    const { id, name } = handle;
    const goodbyes = [...this.#removed].map(async (listener) => listener({ id, name }));
    this.announce(id, 'registration');
    for (const result of await Promise.allSettled(goodbyes)) {
      if (result.status === 'rejected') this.#options.onError(result.reason);
    }
    await handle.close();
  }

  #requested(clusterId: string, event: RequestEvent): void {
    for (const listener of this.#requests) listener(clusterId, event);
  }
}
