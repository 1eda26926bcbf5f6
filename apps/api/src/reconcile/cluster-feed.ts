import { pods as podKind, rowOf, type KubernetesObject, type Pod, type Row } from '@pilothouse/kinds';
import { ObjectStore, type ClusterConnection, type StoreRow } from '@pilothouse/kube';
import { ownerLabels, type UnitKind } from './unit-source.ts';
import type { UnitStatus } from './unit-state.ts';
import { ownedOf, statusOf, statusWithoutPods } from './unit-status.ts';

/** A workload as the cluster has it: what its status is read from, and who owns what of it. */
interface WorkloadRow extends StoreRow {
  object: KubernetesObject;
  owned: string | null;
}

/** What a watch says of a workload; `unknown` until the first list is complete. */
export type Seen = { status: UnitStatus; owned: string | null } | 'gone' | 'unknown';

const resources = {
  instance: { group: 'apps', version: 'v1', plural: 'deployments' },
  cronJob: { group: 'batch', version: 'v1', plural: 'cronjobs' },
} as const;
const kindNames = { instance: 'Deployment', cronJob: 'CronJob' } as const;
type WatchedKind = keyof typeof resources;

/** So long a watch goes on that nobody needs: the next to be applied often comes soon, and a new one begins with a list of all. */
const lingerMs = 30_000;

/** Whether there is something to watch of such a unit. */
export function isWatched(kind: UnitKind): kind is WatchedKind {
  return kind !== 'shared';
}

/**
 * The platform's workloads in one cluster, by one watch a kind, whatever their number; with their Pods while somebody wants
 * to know what holds a rollout up.
 */
export class ClusterFeed {
  readonly connection: ClusterConnection;
  readonly #onChange: () => void;
  readonly #workloads = new Map<WatchedKind, ObjectStore<WorkloadRow>>();
  #pods: ObjectStore<StoreRow> | undefined;
  readonly #neededAt = new Map<WatchedKind | 'pods', number>();

  constructor(connection: ClusterConnection, onChange: () => void) {
    this.connection = connection;
    this.#onChange = onChange;
  }

  /** Begins to watch what is not watched yet, and ends what nobody has needed for a while. */
  keep(kinds: ReadonlySet<WatchedKind>, withPods: boolean): void {
    const now = performance.now();
    for (const kind of kinds) {
      this.#neededAt.set(kind, now);
      if (!this.#workloads.has(kind)) this.#workloads.set(kind, this.#begun(this.#workloadStore(kind)));
    }
    if (withPods) {
      this.#neededAt.set('pods', now);
      this.#pods ??= this.#begun(this.#podStore());
    }
    for (const [what, neededAt] of this.#neededAt) if (now - neededAt > lingerMs) this.#end(what);
  }

  /** Whether nothing is watched any more. */
  get isIdle(): boolean {
    return this.#neededAt.size === 0;
  }

  /** What a unit's workload says, by its name and uid; `before` is what was known of it. */
  seen(
    kind: WatchedKind,
    workload: { namespace: string; name: string; uid: string },
    owner: string,
    before: UnitStatus | null,
  ): Seen {
    const store = this.#workloads.get(kind);
    // what is not live may be as old as the last fault
    if (store?.state !== 'live') return 'unknown';
    const row = store.get(workload);
    if (row?.uid !== workload.uid) return 'gone';
    const pods = this.#podsOf(owner, workload);
    const status = pods === null ? statusWithoutPods(row.object, before) : statusOf(row.object, pods);
    return status === null ? 'unknown' : { status, owned: row.owned };
  }

  stop(): void {
    for (const what of this.#neededAt.keys()) this.#end(what);
  }

  /**
   * Of a Deployment: by label, and by the name of what made them; for a state, not for a right. Null until all are known.
   */
  #podsOf(owner: string, { namespace, name }: { namespace: string; name: string }): Row[] | null {
    const pods = this.#pods;
    if (pods?.state !== 'live') return null;
    const isOurs = (row: StoreRow) =>
      row.namespace === namespace &&
      String(row.cells['owner']).startsWith(`ReplicaSet/${name}-`) &&
      pods.labelsOf(row)[ownerLabels.instance] === owner;
    return pods.rows().filter(isOurs) as Row[];
  }

  #begun<T extends ObjectStore<WorkloadRow> | ObjectStore<StoreRow>>(store: T): T {
    store.onChange(() => this.#onChange());
    store.start();
    return store;
  }

  #end(what: WatchedKind | 'pods'): void {
    this.#neededAt.delete(what);
    if (what === 'pods') {
      this.#pods?.stop();
      this.#pods = undefined;
      return;
    }
    this.#workloads.get(what)?.stop();
    this.#workloads.delete(what);
  }

  #workloadStore(kind: WatchedKind): ObjectStore<WorkloadRow> {
    return new ObjectStore<WorkloadRow>({
      connection: this.connection,
      resource: resources[kind],
      selection: { labelSelector: ownerLabels[kind], withoutManagedFields: false, kind: kindNames[kind] },
      project: (object) => ({
        ...identity(object),
        cells: {},
        object: slim({ ...object, kind: kindNames[kind] } as KubernetesObject),
        owned: ownedOf(object as KubernetesObject),
      }),
    });
  }

  #podStore(): ObjectStore<StoreRow> {
    return new ObjectStore<StoreRow>({
      connection: this.connection,
      resource: { group: '', version: 'v1', plural: 'pods' },
      selection: { labelSelector: ownerLabels.instance, kind: 'Pod' },
      project: (object) => rowOf(podKind, object as Pod) as StoreRow,
    });
  }
}

function identity({
  metadata,
}: {
  metadata: { uid: string; name: string; resourceVersion: string; namespace?: string };
}) {
  const { uid, name, resourceVersion, namespace } = metadata;
  return { uid, name, resourceVersion, ...(namespace !== undefined && { namespace }) };
}

/** What a status is read from, as a copy. */
function slim(object: KubernetesObject): KubernetesObject {
  const { kind, metadata, spec, status } = object as KubernetesObject & {
    spec?: { replicas?: number; paused?: boolean; suspend?: boolean };
    status?: object;
  };
  const { replicas, paused, suspend } = spec ?? {};
  return structuredClone({
    kind,
    metadata: { generation: metadata?.generation },
    spec: { replicas, paused, suspend },
    status,
  }) as KubernetesObject;
}
