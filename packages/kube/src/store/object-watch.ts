import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { ObjectRef } from '../objects/objects.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { ObjectStore } from './object-store.ts';
import type { ReflectorTiming } from './reflector.ts';
import type { StoreRow } from './store-row.ts';
import type { StoreState } from './store-state.ts';

interface WholeRow extends StoreRow {
  object: KubernetesObject;
}

/**
 * One object, whole and with exact integers, kept up to date by a watch of its name: what an event brings is what is held, nothing is read
 * again. Of its kind nothing else is listed. Nothing happens before `start` and after `stop`.
 */
export class ObjectWatch {
  readonly #store: ObjectStore<WholeRow>;
  readonly #ref: ObjectRef;

  constructor(
    connection: ClusterConnection,
    ref: ObjectRef,
    { kind, ...timing }: Partial<ReflectorTiming> & { kind?: string } = {},
  ) {
    const { name, namespace, ...resource } = ref;
    this.#ref = ref;
    this.#store = new ObjectStore({
      connection,
      resource,
      namespace,
      selection: {
        fieldSelector: `metadata.name=${name}`,
        withoutManagedFields: false,
        integers: 'exact',
        kind,
      },
      project: (object) => {
        const { uid, resourceVersion } = object.metadata;
        return {
          uid,
          name: object.metadata.name,
          resourceVersion,
          cells: {},
          object,
          ...inNamespace(object),
        };
      },
      timing,
    });
  }

  get state(): StoreState {
    return this.#store.state;
  }

  /** Whether {@link object} says what the cluster has, or had when it was last heard of (`stale`, `denied`). */
  get isComplete(): boolean {
    return this.#store.isComplete;
  }

  /** Undefined where there is none, or nothing is known yet. */
  get object(): KubernetesObject | undefined {
    return this.#store.get(this.#ref)?.object;
  }

  start(): void {
    this.#store.start();
  }

  stop(): void {
    this.#store.stop();
  }

  /** Resolves when it is complete; rejects with the KubeError that keeps it from that. */
  ready(signal?: AbortSignal): Promise<void> {
    return this.#store.ready(signal);
  }

  /** Tells of another object or another state, at most every 100 ms. Returns a function that ends it. */
  onChange(listener: () => void): () => void {
    return this.#store.onChange(listener);
  }
}

function inNamespace({ metadata: { namespace } }: KubernetesObject): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}
