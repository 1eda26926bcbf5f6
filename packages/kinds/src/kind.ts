import { age } from './human-duration.ts';
import type { LabelSelector, ObjectMeta } from './wire/core.ts';

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

interface CellTypes {
  text: string;
  time: string;
  number: number;
  boolean: boolean;
}
export type FieldType = keyof CellTypes;

/** How worried one should be; the page's colour beside the text. */
export type Level = 'ok' | 'progress' | 'warning' | 'error' | 'neutral';

/** Modules of the menu that kinds stand in, as the menu has them from top to bottom. */
export const menuModules = ['clusters', 'workloads', 'network', 'config', 'storage', 'access'] as const;
export type MenuModule = (typeof menuModules)[number];

/** `<group>/<plural>`, where `core` stands for the group without a name. */
export type KindKey = `${string}/${string}`;

/** How an object leads to others; data for links, "used by" and the like. */
export type Relation<W extends KubernetesObject = KubernetesObject> =
  /** Others name it in their `ownerReferences`. */
  | { type: 'owns'; kind: KindKey }
  /** Others of its namespace that carry these labels; null selects none. */
  | { type: 'selects'; kind: KindKey; selector(object: W): LabelSelector | null }
  /** It names others, of its own namespace where they have one: as volumes, for variables, or for something else. */
  | { type: 'mounts' | 'env' | 'envFrom' | 'refersTo'; kind: KindKey; names(object: W): string[] };

/** How a field, or several together, read in a list. */
interface ColumnDefinition {
  /** kubectl's heading. Absent on a column that kubectl does not have: it is shown by choice, and named by its id. */
  header?: string;
  /** Printed by kubectl with `-o wide` only. */
  wide?: true;
  /** Pixels. */
  width?: number;
  /** Takes the room that the others leave: long text. */
  grows?: true;
  /** Numbers stand at the right, unless this says otherwise. */
  align?: 'left' | 'right';
  /** The field the list is sorted by instead of its own. */
  sortBy?: string;
  /** Printed where the field is null; else nothing is, or `<unknown>` of a time. */
  absent?: string;
  /** Exactly what `kubectl get -o wide` prints, where that is not the field itself. `now` in milliseconds, for ages. */
  text?(row: Row, now: number): string;
  level?(row: Row): Level;
  /** The kind whose object the cell names. */
  refersTo?: KindKey;
}

type FieldDefinition<X> = {
  [T in FieldType]: { type: T; read(from: X): CellTypes[T] | null; column?: ColumnDefinition };
}[FieldType];

/** A field that whoever knows more than the object fills in; rows without it have no cell of it. */
interface JoinedField {
  type: FieldType;
  isJoined: true;
  column?: ColumnDefinition;
}

/** A column over other fields; it has no cell of its own. */
interface ColumnOnly {
  column: ColumnDefinition & { text(row: Row, now: number): string };
}

export interface Column {
  id: string;
  header?: string;
  /** Shown by `kubectl get` as it is; the others with `-o wide`, or by choice. */
  standard: boolean;
  width?: number;
  grows?: true;
  align?: 'left' | 'right';
  /** The field the server sorts by when this column is sorted: `name`, `namespace` or one of the kind's fields. */
  sortBy?: string;
  text(row: Row, now: number): string;
  level?(row: Row): Level;
  refersTo?: KindKey;
  /** Empty in rows that nobody has joined it to. */
  isJoined?: true;
}

export type Usage = 'recent' | 'kept' | 'both';

/** What a kind's file declares. */
export interface KindDefinition<W extends KubernetesObject, X, F extends string> {
  /** `core` stands for the group without a name. */
  group: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  /** Its place in the menu; null: it has none. */
  menu: { module: MenuModule; order: number } | null;
  /** What the fields are read from: the object itself, or what one pass over it finds out for several of them. */
  facts(object: W): X;
  /** Cells of a row, and columns, in kubectl's order; what a list may be sorted by beside `name` and `namespace`. */
  fields: Record<F, FieldDefinition<NoInfer<X>> | JoinedField | ColumnOnly>;
  /** Columns shown at first, in this order; absent: those of plain `kubectl get`. */
  columns?: NoInfer<F>[];
  /** The order of a list until somebody chooses one, as the API's `sort`; absent: by namespace and name. */
  defaultSort?: string;
  /** Field selectors the list understands beside `metadata.name` and `metadata.namespace`: path to field. */
  fieldSelectors?: Record<string, NoInfer<F>>;
  relations?: Relation<NoInfer<W>>[];
  /** Whether what it uses is measured: one by one while somebody looks (`recent`), kept over time (`kept`), or both. */
  usage?: Usage;
  /** An object without what the cluster has given to this one alone, and would refuse to another. Default: as it is. */
  anew?: (object: W) => W;
  /** They come and go by thousands: what was deleted of them is kept in no history. */
  isFleeting?: boolean;
  /** False where nobody looks for one by its name. Default true. */
  isFoundByName?: boolean;
  grouping?: Grouping<NoInfer<F>>;
}

/** How a kind's objects are looked at by a label. */
export interface Grouping<F extends string = string> {
  /** Labels that such objects usually have, the most asked for first. */
  labels: string[];
  /** Numbers that add up. */
  sums: F[];
  /** The field that says how an object is. */
  state: F;
}

export interface KindDescriptor<W extends KubernetesObject = KubernetesObject> {
  group: string;
  plural: string;
  kind: string;
  /** Null of a kind nobody has described: discovery alone knows. */
  namespaced: boolean | null;
  menu: { module: MenuModule; order: number } | null;
  fields: Record<string, FieldType>;
  fieldSelectors: Record<string, string>;
  columns: Column[];
  /** Ids of the columns shown at first, in that order. */
  shownColumns: string[];
  defaultSort: string | null;
  relations: Relation<W>[];
  usage: Usage | null;
  isFleeting: boolean;
  isFoundByName: boolean;
  /** Null where its list is not grouped. */
  grouping: Grouping | null;
  /** The cells of an object; one pass over it. */
  project(object: W): Cells;
  /** An object without what the cluster has given to this one alone: what another one like it begins with. */
  anew(object: W): W;
}

/** The fields every kind has beside those of its descriptor; `owner` is `Kind/name` of the controller. */
export const commonFields = { created: 'time', owner: 'text' } as const satisfies Record<string, FieldType>;

/** `metadata.controller` is ours: what a controller made, by `Kind/name`; the apiserver has no such selector. */
const commonFieldSelectors = { 'metadata.controller': 'owner' };

/** Among a kind's fields: the object's name, kubectl's first column. */
export const nameColumn: ColumnOnly = {
  column: { header: 'NAME', width: 210, sortBy: 'name', text: (row) => row.name },
};

/** Among a kind's fields: how old the object is. */
export const ageColumn: ColumnOnly = {
  column: {
    header: 'AGE',
    width: 66,
    sortBy: 'created',
    text: (row, now) => age(row.cells.created as string | null, now),
  },
};

const { header: _kubectls, ...ageOnly } = ageColumn.column;
/** The same where kubectl's table has no age. */
export const ageByChoice: ColumnOnly = { column: ageOnly };

/** kubectl's second column of the kinds that have no printer of their own. */
export const createdAtColumn: ColumnOnly = {
  column: {
    header: 'CREATED AT',
    width: 180,
    sortBy: 'created',
    text: ({ cells }) => String(cells.created ?? ''),
  },
};

/** Among a kind's fields: the controller that made the object. */
export const ownerColumn: ColumnOnly = {
  column: { width: 200, sortBy: 'owner', text: ({ cells }) => String(cells.owner ?? '<none>') },
};

/** `Kind/name` of the controller that made an object; null of one that somebody made. */
export function controllerOf(metadata: ObjectMeta | undefined): string | null {
  const controller = metadata?.ownerReferences?.find((owner) => owner.controller === true);
  return controller === undefined ? null : `${controller.kind}/${controller.name}`;
}

/** kubectl's first column with `--all-namespaces`; not part of a descriptor's columns. */
export const namespaceColumn: Column = {
  id: 'namespace',
  header: 'NAMESPACE',
  standard: true,
  width: 120,
  sortBy: 'namespace',
  text: (row) => row.namespace ?? '',
};

function columnOf(id: string, field: FieldDefinition<never> | JoinedField | ColumnOnly): Column[] {
  if (field.column === undefined) return [];
  const { wide, absent, ...shown } = field.column;
  const type = 'type' in field ? field.type : null;
  const plain = (row: Row, now: number) => {
    const value = row.cells[id] ?? null;
    if (value === null && absent !== undefined) return absent;
    return type === 'time' ? age(value as string | null, now) : String(value ?? '');
  };
  return [
    {
      id,
      standard: shown.header !== undefined && wide !== true,
      ...(type === 'number' ? { align: 'right' as const } : {}),
      ...(type === null ? {} : { sortBy: id }),
      ...('isJoined' in field ? { isJoined: true as const } : {}),
      text: plain,
      ...shown,
    },
  ];
}

/**
 * Cells of one shape: a copy of a sample, whose values are then put in. Adding so many properties one after the other
 * would make each row a hash table, several times as large.
 */
function projection<X>(readers: (readonly [string, (from: X) => CellValue])[]): (from: X) => Cells {
  const names = [...readers.map(([name]) => name), ...Object.keys(commonFields)];
  const sample = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))) as Cells;
  return (from) => {
    const cells = { ...sample };
    for (const [name, read] of readers) cells[name] = read(from);
    return cells;
  };
}

/** Declares a kind: how its objects become rows, how rows read, and where the kind stands among the others. */
export function defineKind<W extends KubernetesObject, X, F extends string>(
  definition: KindDefinition<W, X, F>,
): KindDescriptor<W> {
  const { group, plural, kind, namespaced, menu, facts } = definition;
  const fields = Object.entries<FieldDefinition<X> | JoinedField | ColumnOnly>(definition.fields);
  const columns = fields.flatMap(([id, field]) => columnOf(id, field));
  const cellFields = fields.flatMap(([id, field]) => ('type' in field ? [[id, field] as const] : []));
  const cellsOf = projection<X>(
    cellFields.flatMap(([id, field]) => ('read' in field ? [[id, field.read] as const] : [])),
  );
  return {
    group,
    plural,
    kind,
    namespaced,
    menu,
    fields: { ...Object.fromEntries(cellFields.map(([id, { type }]) => [id, type])), ...commonFields },
    fieldSelectors: { ...commonFieldSelectors, ...definition.fieldSelectors },
    columns,
    shownColumns: definition.columns ?? columns.filter(({ standard }) => standard).map(({ id }) => id),
    defaultSort: definition.defaultSort ?? null,
    relations: definition.relations ?? [],
    usage: definition.usage ?? null,
    isFleeting: definition.isFleeting ?? false,
    isFoundByName: definition.isFoundByName ?? true,
    grouping: definition.grouping ?? null,
    anew: definition.anew ?? ((object) => object),
    project(object) {
      const cells = cellsOf(facts(object));
      cells.created = object.metadata?.creationTimestamp ?? null;
      cells.owner = controllerOf(object.metadata);
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
