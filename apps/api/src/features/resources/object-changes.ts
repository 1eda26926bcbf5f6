import type { InputOf, OutputOf, resourceEndpoints } from '@pilothouse/contract';
import { ObjectWatch } from '@pilothouse/kube';
import {
  namespaceOf,
  onKindGone,
  servedKind,
  type FindCluster,
  type ServedKind,
} from './resource-cluster.ts';
import { objectAnswer, type ResourcesService } from './resources.service.ts';
import type { Lease, SourcePool } from './source-pool.ts';

type GetResource = typeof resourceEndpoints.getResource;
type ObjectParams = InputOf<GetResource>['params'];

/** How often an object is read again that cannot be watched: its kind has no watch, or the credential may not. */
const pollMs = 5000;

/** Single objects that somebody looks at: each watched by its name, once however many look. */
export class ObjectChanges {
  readonly #find: FindCluster;
  readonly #pool: SourcePool;
  readonly #service: Pick<ResourcesService, 'get'>;

  constructor(find: FindCluster, pool: SourcePool, service: Pick<ResourcesService, 'get'>) {
    this.#find = find;
    this.#pool = pool;
    this.#service = service;
  }

  /** The object as its watch has it; read from the cluster while that has not begun, and where there is none. */
  async read(params: ObjectParams, signal: AbortSignal): Promise<OutputOf<GetResource>> {
    const kind = await servedKind(this.#find, params);
    const lease = this.#lease(kind, params);
    const { object, isComplete = false, state } = lease?.value ?? {};
    lease?.release();
    if (!isComplete || object === undefined || state === undefined) return this.#service.get(params, signal);
    return objectAnswer(kind, object, state);
  }

  /** Calls `changed` whenever the object may be another; returns how to stop that. */
  async watch(params: ObjectParams, changed: () => void): Promise<() => void> {
    const over = new AbortController();
    let watched: ObjectWatch | undefined;
    const follow = async () => {
      const kind = await servedKind(this.#find, params);
      if (over.signal.aborted) return;
      const lease = this.#lease(kind, params);
      watched = lease?.value;
      const ends = [watched?.onChange(changed), lease?.release, onKindGone(kind, changed)];
      const life = AbortSignal.any([over.signal, kind.cluster.connection.closed]);
      life.addEventListener('abort', () => {
        for (const end of ends) end?.();
        // the cluster has another credential, or is gone; the next read says which
        if (!over.signal.aborted) void follow().then(changed, changed);
      });
    };
    await follow();
    const timer = setInterval(() => {
      if (watched?.isComplete !== true) changed();
    }, pollMs);
    return () => {
      clearInterval(timer);
      over.abort();
    };
  }

  /** Undefined where the kind has no watch. */
  #lease(kind: ServedKind, { namespace: given, name }: ObjectParams): Lease<ObjectWatch> | undefined {
    const { cluster, resource } = kind;
    const namespace = namespaceOf(kind, given);
    if (!resource.verbs.includes('watch')) return undefined;
    const { group, version, plural, kind: named } = resource;
    const key = `object ${group}/${version}/${plural}/${given}/${name}`;
    return this.#pool.acquire(cluster, key, () => {
      const watch = new ObjectWatch(
        cluster.connection,
        { group, version, plural, namespace, name },
        named === '' ? {} : { kind: named },
      );
      watch.start();
      return { value: watch, stop: () => watch.stop() };
    });
  }
}
