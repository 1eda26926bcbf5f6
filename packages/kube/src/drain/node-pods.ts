import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '@pilothouse/kinds';
import { listObjects } from '../objects/list-objects.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { ObjectStore } from '../store/object-store.ts';
import type { StoreRow } from '../store/store-row.ts';
import { isDenial } from '../store/store-state.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { networkError } from '../transport/network-error.ts';

const pods = { group: '', version: 'v1', plural: 'pods' };
/** kubectl asks for each pod as often (`kubectl/pkg/drain/drain.go`, waitForDelete). */
const pollMs = 1000;

/** A pod as it is on its node. */
export interface PresentPod {
  uid: string;
  /** RFC 3339; lies the grace period ahead of the request. */
  deletedAt: string | null;
  graceSeconds: number | null;
}

type WirePod = Pod & KubernetesObject;

/** All pods of a node in all namespaces, 500 at a time as kubectl does, without managed fields. */
export async function podsOfNode(
  connection: ClusterConnection,
  node: string,
  options: { podSelector?: string | undefined; signal?: AbortSignal } = {},
): Promise<WirePod[]> {
  const { podSelector, signal } = options;
  const { items } = await listObjects<WirePod>(connection, pods, {
    fieldSelector: `spec.nodeName=${node}`,
    withoutManagedFields: true,
    ...(podSelector !== undefined && podSelector !== '' && { labelSelector: podSelector }),
    ...(signal !== undefined && { signal }),
  });
  return items;
}

/**
 * Which pods are on a node at the moment: one watch for all of them, where kubectl asks for each every second. A
 * credential that may list pods and not watch them has them listed every second.
 */
export class NodePods {
  readonly #connection: ClusterConnection;
  readonly #node: string;
  readonly #store: ObjectStore<StoreRow>;
  readonly #stopping = new AbortController();
  /** By `namespace/name`; instead of the store where pods cannot be watched. */
  #listed: Map<string, PresentPod> | undefined;
  #polling: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  constructor(connection: ClusterConnection, node: string) {
    this.#connection = connection;
    this.#node = node;
    this.#store = new ObjectStore<StoreRow>({
      connection,
      resource: pods,
      selection: { fieldSelector: `spec.nodeName=${node}` },
      project: (object) => {
        const { uid, namespace = '', name, resourceVersion } = object.metadata;
        const { deletedAt, graceSeconds } = presence(object as WirePod);
        return { uid, namespace, name, resourceVersion, cells: { deletedAt, graceSeconds } };
      },
    });
    this.#store.onChange(() => this.#changed());
  }

  /** Resolves when the pods are known; goes on trying while the cluster does not answer. Rejects when `signal` aborts. */
  async start(signal: AbortSignal): Promise<void> {
    this.#store.start();
    for (;;) {
      signal.throwIfAborted();
      this.#connection.closed.throwIfAborted();
      const failure = await this.#store.ready(signal).then(() => undefined, networkError);
      signal.throwIfAborted();
      const isDenied = this.#store.state === 'denied' || (failure !== undefined && isDenial(failure));
      try {
        if (isDenied) return await this.#pollInstead();
        if (failure === undefined) return;
      } catch (error) {
        // the list is refused as well
        if (isDenial(networkError(error))) throw error;
      }
      await sleep(pollMs, undefined, { signal });
    }
  }

  stop(): void {
    this.#stopping.abort();
    this.#store.stop();
    this.#changed();
  }

  /** The pod, if it is still that one; undefined once it is gone. */
  find({ namespace, name, uid }: { namespace: string; name: string; uid: string }): PresentPod | undefined {
    const found = this.#at(namespace, name);
    return found?.uid === uid ? found : undefined;
  }

  /** Resolves when something has changed, or after `mostMs`. Rejects when `signal` aborts. */
  async next(mostMs: number, signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const changed = new Promise<void>((resolve) => this.#waiting.push(resolve));
    const either = AbortSignal.any([signal, ended.signal]);
    const late = sleep(mostMs, undefined, { signal: either }).catch(() => undefined);
    await Promise.race([changed, late]);
    ended.abort();
    signal.throwIfAborted();
  }

  #at(namespace: string, name: string): PresentPod | undefined {
    if (this.#listed !== undefined) return this.#listed.get(`${namespace}/${name}`);
    const row = this.#store.get({ namespace, name });
    if (row === undefined) return undefined;
    const { deletedAt, graceSeconds } = row.cells as Omit<PresentPod, 'uid'>;
    return { uid: row.uid, deletedAt, graceSeconds };
  }

  #pollInstead(): Promise<void> {
    this.#polling ??= this.#list().then(
      () => {
        this.#store.stop();
        void this.#poll();
      },
      (error: unknown) => {
        this.#polling = undefined;
        throw error;
      },
    );
    return this.#polling;
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      // what cannot be listed now is as it was; the next round asks again
      if (!signal.aborted) await this.#list().catch(() => undefined);
    }
  }

  async #list(): Promise<void> {
    const { signal } = this.#stopping;
    const found = await podsOfNode(this.#connection, this.#node, { signal });
    const keyOf = ({ metadata }: WirePod) => `${metadata.namespace}/${metadata.name}`;
    this.#listed = new Map(found.map((pod) => [keyOf(pod), presence(pod)]));
    this.#changed();
  }

  #changed(): void {
    // the right to watch may be taken away at any time
    if (this.#store.state === 'denied') void this.#pollInstead().catch(() => undefined);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

function presence({ metadata }: WirePod): PresentPod {
  return {
    uid: metadata.uid,
    deletedAt: metadata.deletionTimestamp ?? null,
    graceSeconds: metadata.deletionGracePeriodSeconds ?? null,
  };
}
