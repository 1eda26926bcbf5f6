import { parseFieldSelector, parseLabelSelector } from './selectors.ts';
import type { CellValue, Entry, StoreRow } from './store-row.ts';

/** Which rows. Everything given must hold. */
export interface RowFilter<R extends StoreRow> {
  /** Namespaces to stay within; absent: all. Cluster-scoped rows are in none. */
  namespaces?: readonly string[] | undefined;
  /** Text somewhere in name, namespace or the text fields, whatever its case. */
  q?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  filter?: ((row: R) => boolean) | undefined;
}

/** What the store's owner says about its rows. */
export interface RowSchema {
  /** Field selectors' paths to the cells that hold their values; `metadata.name` and `metadata.namespace` are known. */
  fields: Readonly<Record<string, string>>;
  /** Cells that `q` looks into; absent: every text. */
  textFields: readonly string[] | undefined;
}

/** The same for filters that mean the same; empty where every row matches, undefined where nobody can say. */
export function filterKey<R extends StoreRow>({ filter, ...plain }: RowFilter<R>): string | undefined {
  if (filter) return undefined;
  const { namespaces, q = '', labelSelector = '', fieldSelector = '' } = plain;
  if (!namespaces && q.trim() === '' && labelSelector === '' && fieldSelector === '') return '';
  return JSON.stringify([namespaces?.toSorted(), q.trim().toLowerCase(), labelSelector, fieldSelector]);
}

/** A predicate for a filter. Throws KubeError `badSelector`. */
export function entryMatcher<R extends StoreRow>(
  { namespaces, q, labelSelector, fieldSelector, filter }: RowFilter<R>,
  schema: RowSchema,
): (entry: Entry<R>) => boolean {
  const predicates: ((entry: Entry<R>) => boolean)[] = [];
  if (namespaces) {
    const wanted = new Set(namespaces);
    predicates.push(({ row }) => row.namespace !== undefined && wanted.has(row.namespace));
  }
  if (labelSelector) {
    const matches = parseLabelSelector(labelSelector);
    predicates.push(({ labels }) => matches(labels));
  }
  if (fieldSelector) {
    const known = new Set(['metadata.name', 'metadata.namespace', ...Object.keys(schema.fields)]);
    const matches = parseFieldSelector<R>(fieldSelector, known, (row, path) => fieldOf(row, path, schema));
    predicates.push(({ row }) => matches(row));
  }
  if (filter) predicates.push(({ row }) => filter(row));
  const text = q?.trim().toLowerCase();
  if (text) predicates.push((entry) => textOf(entry, schema).includes(text));
  return (entry) => predicates.every((holds) => holds(entry));
}

/** Sorts by `-field,field`; a leading minus is descending, rows without a value come last, ties go by place. */
export function sortRows<R extends StoreRow>(rows: R[], sort: string | undefined): R[] {
  return rows.sort(rowComparator(sort));
}

/** The order of `sortRows`. No two rows of one store are equal in it. */
export function rowComparator(sort: string | undefined): (a: StoreRow, b: StoreRow) => number {
  const keys = (sort ?? '').split(',').filter((key) => key !== '');
  const comparisons = keys.map((key) => {
    const descending = key.startsWith('-');
    return { field: descending ? key.slice(1) : key, sign: descending ? -1 : 1 };
  });
  return (a, b) => {
    for (const { field, sign } of comparisons) {
      const order = compareValues(valueOf(a, field), valueOf(b, field), sign);
      if (order !== 0) return order;
    }
    return compareTexts(a.namespace ?? '', b.namespace ?? '') || compareTexts(a.name, b.name);
  };
}

function fieldOf(row: StoreRow, path: string, { fields }: RowSchema): string {
  if (path === 'metadata.name') return row.name;
  if (path === 'metadata.namespace') return row.namespace ?? '';
  return String(row.cells[fields[path] ?? ''] ?? '');
}

/** Kept on the entry, in lower case: people who type ask again with every letter. */
function textOf<R extends StoreRow>(entry: Entry<R>, { textFields }: RowSchema): string {
  if (entry.text !== undefined) return entry.text;
  const { name, namespace = '', cells } = entry.row;
  const values = textFields ? textFields.map((field) => cells[field]) : Object.values(cells);
  const texts = values.filter((value) => typeof value === 'string');
  entry.text = [name, namespace, ...texts].join('\n').toLowerCase();
  return entry.text;
}

function valueOf(row: StoreRow, field: string): CellValue {
  if (field === 'name') return row.name;
  if (field === 'namespace') return row.namespace ?? null;
  return Object.hasOwn(row.cells, field) ? (row.cells[field] ?? null) : null;
}

function compareValues(a: CellValue, b: CellValue, sign: number): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (typeof a === 'string' && typeof b === 'string') return sign * compareTexts(a, b);
  return sign * (Number(a) - Number(b));
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
