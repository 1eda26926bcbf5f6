import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { endless } from '../objects/endless.ts';
import { KubeError } from '../transport/kube-error.ts';
import type { Labels } from './selectors.ts';
import { noLabels, type RowTable } from './row-table.ts';
import type { CellValue, Entry, Place, StoreRow } from './store-row.ts';
import { StringPool } from './string-pool.ts';

/** What changed in a set of rows. */
export interface RowChanges<R> {
  upserted: R[];
  deleted: R[];
}

const mostPooled = 5000;
/** Longer labels, as JSON, are not shared: they would be kept after their rows. */
const longestPooled = 4096;
/** Longest name, namespace, uid or version taken; Kubernetes allows 253 characters. */
const longestName = 512;
/** Objects that a list may have twice, beside as many as there are: some change while it is under way. */
const mostRepeated = 1000;
/** Longest labels of one object taken, as JSON. */
const longestLabels = 64 * 1024;

/** The objects of a store as rows of a table. Knows nothing of clusters. */
export class RowSet<R extends StoreRow> {
  readonly #project: (object: KubernetesObject) => R;
  readonly #table: RowTable<R>;
  readonly #strings = new StringPool();
  /** Labels are the same on every pod of a workload: one copy for all. */
  readonly #labels = new Map<string, Labels>();
  /** The row that has a uid: no two should. */
  readonly #byUid = new Map<string, R>();
  #list = 0;
  #listBegunAt = 0;
  /** Objects that the list has had before. */
  #repeated = 0;

  constructor(table: RowTable<R>, project: (object: KubernetesObject) => R) {
    this.#table = table;
    this.#project = project;
  }

  /** A list begins: whatever it does not have goes with `endList`. One that was under way counts for nothing. */
  beginList(): void {
    this.#list += 1;
    this.#listBegunAt = performance.now();
    this.#repeated = 0;
  }

  /**
   * Takes an object that the list has. Nothing changes where it is the one that is held. Throws KubeError `endless` where
   * the list has the same objects again and again.
   */
  listed(object: KubernetesObject): RowChanges<R> {
    const before = this.#table.get(object?.metadata ?? { name: '' });
    if (before?.list === this.#list && (this.#repeated += 1) > mostRepeated + this.#table.size)
      throw endless(this.#table.size + this.#repeated, this.#listBegunAt);
    const changes = this.#upsert(object, (version, held) => version !== held);
    const entry = this.#table.get(object.metadata);
    if (entry) entry.list = this.#list;
    return changes;
  }

  /** The list is complete: takes out everything that it did not have. */
  endList(): RowChanges<R> {
    const gone = this.#table.entries().filter(({ list }) => list !== this.#list);
    for (const entry of gone) this.#remove(entry);
    return { upserted: [], deleted: gone.map(({ row }) => row) };
  }

  /** Takes out everything. */
  clear(): RowChanges<R> {
    this.beginList();
    return this.endList();
  }

  /** Takes an object that a watch reports. Nothing changes where it is the one that is held, or an older state of it. */
  upsert(object: KubernetesObject): RowChanges<R> {
    return this.#upsert(object, isNewer);
  }

  /** Takes out an object that is gone; one of the same name with another uid stays. */
  delete(object: KubernetesObject): RowChanges<R> {
    checkMetadata(object);
    const held = this.#table.get(object.metadata);
    if (!held || held.row.uid !== this.#ownUid(object)) return { upserted: [], deleted: [] };
    this.#remove(held);
    return { upserted: [], deleted: [held.row] };
  }

  /** Takes out what is held at a place, whatever it is. */
  forget(place: Place): RowChanges<R> {
    const held = this.#table.get(place);
    if (!held) return { upserted: [], deleted: [] };
    this.#remove(held);
    return { upserted: [], deleted: [held.row] };
  }

  /** A place is what an object is known by; its uid says which of those that had it, and here tells rows apart. */
  #ownUid({ metadata: { uid, namespace, name } }: KubernetesObject): string {
    const other = this.#byUid.get(uid);
    if (other === undefined || (other.name === name && other.namespace === namespace)) return uid;
    return `${uid} ${namespace ?? ''}/${name}`;
  }

  #remove(entry: Entry<R>): void {
    this.#table.remove(entry);
    if (this.#byUid.get(entry.row.uid) === entry.row) this.#byUid.delete(entry.row.uid);
  }

  #upsert(object: KubernetesObject, replaces: (version: string, held: string) => boolean): RowChanges<R> {
    checkMetadata(object);
    const { resourceVersion } = object.metadata;
    const uid = this.#ownUid(object);
    const held = this.#table.get(object.metadata);
    const same = held?.row.uid === uid;
    if (same && !replaces(resourceVersion, held.row.resourceVersion)) return { upserted: [], deleted: [] };
    const { row, labels } = this.#read(object);
    row.uid = uid;
    if (held && !same && this.#byUid.get(held.row.uid) === held.row) this.#byUid.delete(held.row.uid);
    this.#table.put(row, labels);
    this.#byUid.set(uid, row);
    return { upserted: [row], deleted: held && !same ? [held.row] : [] };
  }

  #read(object: KubernetesObject): { row: R; labels: Labels } {
    try {
      return { row: this.#pooled(this.#project(object)), labels: this.#pooledLabels(object.metadata.labels) };
    } catch (cause) {
      throw new KubeError('protocol', 'An object is not what its kind says', { cause });
    }
  }

  #pooled(row: R): R {
    if (row.namespace !== undefined) row.namespace = this.#strings.intern('namespace', row.namespace);
    const cells = row.cells as Record<string, CellValue>;
    for (const field in cells) {
      const value = cells[field];
      if (typeof value === 'string') cells[field] = this.#strings.intern(`cells.${field}`, value);
      else if (typeof value === 'object' && value !== null) throw new TypeError(`${field} is no text`);
    }
    return row;
  }

  #pooledLabels(labels: Labels | undefined): Labels {
    if (!labels) return noLabels;
    const key = JSON.stringify(labels);
    const pooled = this.#labels.get(key);
    if (pooled) return pooled;
    const texts = Object.values(labels).every((value) => typeof value === 'string');
    if (!texts || key.length > longestLabels) throw new TypeError('these are no labels');
    if (this.#labels.size >= mostPooled) this.#labels.clear();
    if (key.length <= longestPooled) this.#labels.set(key, labels);
    return labels;
  }
}

function checkMetadata(object: KubernetesObject): void {
  const { name, namespace = '', uid, resourceVersion, labels } = object?.metadata ?? {};
  const names = [name, namespace, uid, resourceVersion];
  const isText = names.every((text) => typeof text === 'string' && text.length <= longestName);
  if (!isText || (labels !== undefined && labels !== null && typeof labels !== 'object')) {
    throw new KubeError('protocol', 'An object has no name, uid or resourceVersion that could be one');
  }
}

/** Versions are comparable as whole numbers (KEP-5504); where a server has others, every one counts as newer. */
function isNewer(version: string, held: string): boolean {
  if (version === held) return false;
  if (!/^\d+$/.test(version) || !/^\d+$/.test(held)) return true;
  return version.length === held.length ? version > held : version.length > held.length;
}
