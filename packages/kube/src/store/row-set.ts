import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { KubeError } from '../transport/kube-error.ts';
import type { Labels } from './selectors.ts';
import { SortedOrders } from './sorted-orders.ts';
import { newEntry, type CellValue, type Entry, type StoreRow } from './store-row.ts';
import { StringPool } from './string-pool.ts';

/** What changed in a set of rows. */
export interface RowChanges<R> {
  upserted: R[];
  deleted: R[];
}

/** Where an object is, whatever its uid: a name has one object at a time. */
export interface Place {
  namespace?: string | undefined;
  name: string;
}

const noLabels: Labels = Object.freeze({});
const mostPooled = 5000;

/** The rows of a store by place, and in the orders that are asked for. Knows nothing of clusters. */
export class RowSet<R extends StoreRow> {
  readonly #project: (object: KubernetesObject) => R;
  readonly #byNamespace = new Map<string, Map<string, Entry<R>>>();
  readonly #orders = new SortedOrders<R>(() => this.entries());
  readonly #strings = new StringPool();
  /** Labels are the same on every pod of a workload: one copy for all. */
  readonly #labels = new Map<string, Labels>();
  #size = 0;
  #list = 0;

  constructor(project: (object: KubernetesObject) => R) {
    this.#project = project;
  }

  get size(): number {
    return this.#size;
  }

  get(place: Place): R | undefined {
    return this.#at(place)?.row;
  }

  /** The entry of a row; one that is not held any more has no labels. */
  entryOf(row: R): Entry<R> {
    const held = this.#at(row);
    if (held?.row === row) return held;
    return newEntry(row, held?.row.uid === row.uid ? held.labels : noLabels);
  }

  entries(): Entry<R>[] {
    const entries: Entry<R>[] = [];
    for (const named of this.#byNamespace.values()) for (const entry of named.values()) entries.push(entry);
    return entries;
  }

  /** All entries in the order of `sortRows`; not to be changed. */
  sorted(sort: string | undefined): readonly Entry<R>[] {
    return this.#orders.by(sort);
  }

  /** A list begins: whatever it does not have goes with `endList`. One that was under way counts for nothing. */
  beginList(): void {
    this.#list += 1;
  }

  /** Takes an object that the list has. Nothing changes where it is the one that is held. */
  listed(object: KubernetesObject): RowChanges<R> {
    const changes = this.#upsert(object, (version, held) => version !== held);
    const entry = this.#at(object.metadata);
    if (entry) entry.list = this.#list;
    return changes;
  }

  /** The list is complete: takes out everything that it did not have. */
  endList(): RowChanges<R> {
    const gone = this.entries().filter(({ list }) => list !== this.#list);
    for (const entry of gone) this.#remove(entry);
    return { upserted: [], deleted: gone.map(({ row }) => row) };
  }

  /** Takes an object that a watch reports. Nothing changes where it is the one that is held, or an older state of it. */
  upsert(object: KubernetesObject): RowChanges<R> {
    return this.#upsert(object, isNewer);
  }

  /** Takes out an object that is gone; one of the same name with another uid stays. */
  delete(object: KubernetesObject): RowChanges<R> {
    checkMetadata(object);
    const held = this.#at(object.metadata);
    if (!held || held.row.uid !== object.metadata.uid) return { upserted: [], deleted: [] };
    this.#remove(held);
    return { upserted: [], deleted: [held.row] };
  }

  #at({ namespace = '', name }: Place): Entry<R> | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  #upsert(object: KubernetesObject, replaces: (version: string, held: string) => boolean): RowChanges<R> {
    checkMetadata(object);
    const { uid, resourceVersion } = object.metadata;
    const held = this.#at(object.metadata);
    const same = held?.row.uid === uid;
    if (same && !replaces(resourceVersion, held.row.resourceVersion)) return { upserted: [], deleted: [] };
    const entry = this.#entryOf(object);
    if (held) this.#remove(held);
    this.#add(entry);
    return { upserted: [entry.row], deleted: held && !same ? [held.row] : [] };
  }

  #entryOf(object: KubernetesObject): Entry<R> {
    try {
      return newEntry(this.#pooled(this.#project(object)), this.#pooledLabels(object.metadata.labels));
    } catch (cause) {
      throw new KubeError('protocol', 'An object is not what its kind says', { cause });
    }
  }

  #add(entry: Entry<R>): void {
    const { namespace = '', name } = entry.row;
    const named = this.#byNamespace.get(namespace);
    if (named) named.set(name, entry);
    else this.#byNamespace.set(namespace, new Map([[name, entry]]));
    this.#size += 1;
    this.#orders.added(entry);
  }

  #remove(entry: Entry<R>): void {
    const { namespace = '', name } = entry.row;
    const named = this.#byNamespace.get(namespace);
    named?.delete(name);
    if (named?.size === 0) this.#byNamespace.delete(namespace);
    entry.isHeld = false;
    this.#size -= 1;
    this.#orders.removed();
  }

  #pooled(row: R): R {
    if (row.namespace !== undefined) row.namespace = this.#strings.intern('namespace', row.namespace);
    const cells = row.cells as Record<string, CellValue>;
    for (const field in cells) {
      const value = cells[field];
      if (typeof value === 'string') cells[field] = this.#strings.intern(`cells.${field}`, value);
    }
    return row;
  }

  #pooledLabels(labels: Labels | undefined): Labels {
    if (!labels) return noLabels;
    const key = JSON.stringify(labels);
    const pooled = this.#labels.get(key);
    if (pooled) return pooled;
    if (this.#labels.size >= mostPooled) this.#labels.clear();
    this.#labels.set(key, labels);
    return labels;
  }
}

function checkMetadata(object: KubernetesObject): void {
  const { name, namespace = '', uid, resourceVersion, labels } = object?.metadata ?? {};
  const isText =
    typeof name === 'string' &&
    typeof namespace === 'string' &&
    typeof uid === 'string' &&
    typeof resourceVersion === 'string';
  if (!isText || (labels !== undefined && labels !== null && typeof labels !== 'object')) {
    throw new KubeError('protocol', 'An object has no name, uid or resourceVersion');
  }
}

/** Versions are comparable as whole numbers (KEP-5504); where a server has others, every one counts as newer. */
function isNewer(version: string, held: string): boolean {
  if (version === held) return false;
  if (!/^\d+$/.test(version) || !/^\d+$/.test(held)) return true;
  return version.length === held.length ? version > held : version.length > held.length;
}
