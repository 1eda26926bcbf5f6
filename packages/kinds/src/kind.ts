import { age } from './human-duration.ts';
import type { ObjectMeta } from './wire/core.ts';

/** What a list sorts and filters by. Times are RFC 3339, cpu is in millicores, memory in bytes; null is "no data". */
export type CellValue = string | number | boolean | null;
export type Cells = Record<string, CellValue>;

/** One object as a list shows it; the shape of the contract's `row`. */
export interface Row {
  uid: string;
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
  name: string;
  resourceVersion: string;
  cells: Cells;
}

/** Any object as the apiserver sent it. */
export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

export type FieldType = 'text' | 'number' | 'boolean' | 'time';
type CellOf<T extends FieldType> = { text: string; time: string; number: number; boolean: boolean }[T] | null;
export type CellsOf<F extends Record<string, FieldType>> = { [K in keyof F]: CellOf<F[K]> };

/** How worried one should be; the page's colour beside the text. */
export type Level = 'ok' | 'progress' | 'warning' | 'error' | 'neutral';

/** The contract's actions of the generic door. */
export type ActionName = 'cordon' | 'uncordon' | 'delete';

export interface Column {
  id: string;
  /** kubectl's heading. Absent on a column kubectl does not have: the page names it by its `id`. */
  header?: string;
  /** Shown by `kubectl get` as it is; the others with `-o wide`, or by choice. */
  standard: boolean;
  /** The field the server sorts by when this column is sorted: `name`, `namespace` or one of the kind's fields. */
  sortBy?: string;
  /** Exactly what `kubectl get -o wide` prints. `now` in milliseconds, for ages. */
  text(row: Row, now: number): string;
  level?(row: Row): Level;
}

/** The fields every kind has beside those of its descriptor. */
export const commonFields = { created: 'time' } as const satisfies Record<string, FieldType>;

export interface KindDescriptor<W extends KubernetesObject = KubernetesObject> {
  /** `core` stands for the group without a name. */
  group: string;
  plural: string;
  kind: string;
  /** The menu's module. */
  category: 'cluster' | 'workloads' | 'config' | 'network' | 'storage' | 'other';
  /** Cells of a row, by name; what a list may be sorted and filtered by beside `name` and `namespace`. */
  fields: Record<string, FieldType>;
  /** Field selectors the list understands beside `metadata.name` and `metadata.namespace`: path to field. */
  fieldSelectors: Record<string, string>;
  columns: Column[];
  actions: ActionName[];
  /** The cells of an object; one pass over it. */
  project(object: W): Cells;
}

/** What a kind's file declares; `project` has to fill exactly the declared fields. */
export interface KindDefinition<W extends KubernetesObject, F extends Record<string, FieldType>> {
  group: string;
  plural: string;
  kind: string;
  category: KindDescriptor['category'];
  fields: F;
  fieldSelectors?: Record<string, keyof F & string>;
  columns: Column[];
  actions: ActionName[];
  project(object: W): CellsOf<F>;
}

export const nameColumn: Column = {
  id: 'name',
  header: 'NAME',
  standard: true,
  sortBy: 'name',
  text: (row) => row.name,
};

/** kubectl's first column with `--all-namespaces`; not part of a descriptor's columns. */
export const namespaceColumn: Column = {
  id: 'namespace',
  header: 'NAMESPACE',
  standard: true,
  sortBy: 'namespace',
  text: (row) => row.namespace ?? '',
};

export const ageColumn: Column = {
  id: 'age',
  header: 'AGE',
  standard: true,
  sortBy: 'created',
  text: (row, now) => age(row.cells.created as string | null, now),
};

/** A column that prints one text field as it is. */
export function textColumn(id: string, header: string, standard: boolean): Column {
  return { id, header, standard, sortBy: id, text: (row) => String(row.cells[id] ?? '') };
}

/** Declares a kind: how its objects become rows, and how rows read. */
export function defineKind<W extends KubernetesObject, F extends Record<string, FieldType>>(
  definition: KindDefinition<W, F>,
): KindDescriptor<W> {
  return {
    ...definition,
    fieldSelectors: definition.fieldSelectors ?? {},
    fields: { ...definition.fields, ...commonFields },
    project(object) {
      const cells: Cells = definition.project(object);
      cells.created = object.metadata?.creationTimestamp ?? null;
      return cells;
    },
  };
}

/** The row of an object: identity from its metadata, cells from the kind's projection. Nothing else of it is kept. */
export function rowOf<W extends KubernetesObject>(descriptor: KindDescriptor<W>, object: W): Row {
  const { uid, namespace, name, resourceVersion } = object.metadata ?? {};
  const row: Row = {
    uid: uid ?? '',
    name: name ?? '',
    resourceVersion: resourceVersion ?? '',
    cells: descriptor.project(object),
  };
  if (namespace !== undefined && namespace !== '') row.namespace = namespace;
  return row;
}

/** The value a row is sorted or filtered by: `name`, `namespace`, or one of its cells. */
export function valueOf(row: Row, field: string): CellValue {
  if (field === 'name') return row.name;
  if (field === 'namespace') return row.namespace ?? null;
  return row.cells[field] ?? null;
}
