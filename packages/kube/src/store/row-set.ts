import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { KubeError } from '../transport/kube-error.ts';
import type { Labels } from './selectors.ts';
import { SortedOrders } from './sorted-orders.ts';
import { keyOf, type Entry, type StoreRow } from './store-row.ts';

/** What changed in a set of rows. */
export interface RowChanges<R> {
  upserted: R[];
  deleted: R[];
}

const noLabels: Labels = Object.freeze({});
const mostPooled = 5000;

/** The rows of a store, by place, by uid and by the owner's indexes. Knows nothing of clusters. */
export class RowSet<R extends StoreRow> {
  readonly #project: (object: KubernetesObject) => R;
  readonly #indexBy: Record<string, (row: R) => string | undefined>;
  readonly #byKey = new Map<string, Entry<R>>();
  readonly #byUid = new Map<string, Entry<R>>();
  readonly #indexes = new Map<string, Map<string, Set<R>>>();
  readonly #orders = new SortedOrders<R>(
    () => this.#byKey.values(),
    (entry) => this.#byUid.get(entry.row.uid) === entry,
  );
  /** Labels are the same on every pod of a workload: one copy for all. */
  readonly #labelPool = new Map<string, Labels>();

  constructor(
    project: (object: KubernetesObject) => R,
    indexBy: Record<string, (row: R) => string | undefined> = {},
  ) {
    this.#project = project;
    this.#indexBy = indexBy;
    for (const index of Object.keys(indexBy)) this.#indexes.set(index, new Map());
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(uid: string): R | undefined {
    return this.#byUid.get(uid)?.row;
  }

  labelsOf(uid: string): Labels {
    return this.#byUid.get(uid)?.labels ?? noLabels;
  }

  entries(): IterableIterator<Entry<R>> {
    return this.#byKey.values();
  }

  /** All entries in the order of `sortRows`; not to be changed. */
  sorted(sort: string | undefined): readonly Entry<R>[] {
    return this.#orders.by(sort);
  }

  by(index: string, value: string): R[] {
    return [...(this.#indexes.get(index)?.get(value) ?? [])];
  }

  /** Takes an object that a list has. Nothing changes where it is the one that is held. */
  listed(object: KubernetesObject): RowChanges<R> {
    return this.#upsert(object, (version, held) => version !== held);
  }

  /** Takes an object that a watch reports. Nothing changes where it is the one that is held, or an older state of it. */
  upsert(object: KubernetesObject): RowChanges<R> {
    return this.#upsert(object, isNewer);
  }

  /** Takes out an object that is gone; one of the same name with another uid stays. */
  delete(object: KubernetesObject): RowChanges<R> {
    const { uid } = checkedMetadata(object);
    const held = this.#byKey.get(keyOf(object.metadata));
    if (!held || held.row.uid !== uid) return { upserted: [], deleted: [] };
    this.#remove(held);
    return { upserted: [], deleted: [held.row] };
  }

  /** Takes out everything whose place is not in `keys`: what a list did not have any more. */
  retain(keys: ReadonlySet<string>): RowChanges<R> {
    const gone = [...this.#byKey].filter(([key]) => !keys.has(key)).map(([, entry]) => entry);
    for (const entry of gone) this.#remove(entry);
    return { upserted: [], deleted: gone.map(({ row }) => row) };
  }

  #upsert(object: KubernetesObject, replaces: (version: string, held: string) => boolean): RowChanges<R> {
    const { uid, resourceVersion } = checkedMetadata(object);
    const held = this.#byKey.get(keyOf(object.metadata));
    const same = held?.row.uid === uid;
    if (same && !replaces(resourceVersion, held.row.resourceVersion)) return { upserted: [], deleted: [] };
    const entry = this.#entryOf(object);
    if (held) this.#remove(held);
    this.#add(entry);
    return { upserted: [entry.row], deleted: held && !same ? [held.row] : [] };
  }

  #entryOf(object: KubernetesObject): Entry<R> {
    try {
      return { row: this.#project(object), labels: this.#pooled(object.metadata.labels) };
    } catch (cause) {
      throw new KubeError('protocol', 'An object is not what its kind says', { cause });
    }
  }

  #add(entry: Entry<R>): void {
    this.#byKey.set(keyOf(entry.row), entry);
    this.#byUid.set(entry.row.uid, entry);
    this.#orders.added(entry);
    for (const [index, valueOf] of Object.entries(this.#indexBy)) {
      const value = valueOf(entry.row);
      if (value === undefined) continue;
      const rows = this.#indexes.get(index);
      const sameValue = rows?.get(value);
      if (sameValue) sameValue.add(entry.row);
      else rows?.set(value, new Set([entry.row]));
    }
  }

  #remove({ row }: Entry<R>): void {
    this.#byKey.delete(keyOf(row));
    this.#byUid.delete(row.uid);
    this.#orders.removed();
    for (const [index, valueOf] of Object.entries(this.#indexBy)) {
      const value = valueOf(row);
      if (value === undefined) continue;
      const rows = this.#indexes.get(index);
      const sameValue = rows?.get(value);
      sameValue?.delete(row);
      if (sameValue?.size === 0) rows?.delete(value);
    }
  }

  #pooled(labels: Labels | undefined): Labels {
    if (!labels) return noLabels;
    const key = JSON.stringify(labels);
    const pooled = this.#labelPool.get(key);
    if (pooled) return pooled;
    if (this.#labelPool.size >= mostPooled) this.#labelPool.clear();
    this.#labelPool.set(key, labels);
    return labels;
  }
}

function checkedMetadata(object: KubernetesObject): KubernetesObject['metadata'] {
  const { name, uid, resourceVersion, labels } = object?.metadata ?? {};
  const texts = [name, uid, resourceVersion].every((text) => typeof text === 'string');
  if (!texts || (labels !== undefined && labels !== null && typeof labels !== 'object')) {
    throw new KubeError('protocol', 'An object has no name, uid or resourceVersion');
  }
  return object.metadata;
}

/** Versions are comparable as whole numbers (KEP-5504); where a server has others, every one counts as newer. */
function isNewer(version: string, held: string): boolean {
  if (version === held) return false;
  if (!/^\d+$/.test(version) || !/^\d+$/.test(held)) return true;
  return version.length === held.length ? version > held : version.length > held.length;
}
