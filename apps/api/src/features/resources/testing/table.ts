import type { Column, KubernetesObject, Row } from '@pilothouse/kinds';
import { apiPath, type ClusterConnection, type PathRef } from '@pilothouse/kube';

/** `meta.k8s.io/v1 Table` with whole objects: what the apiserver itself prints, and what it printed it from. */
export interface Table {
  metadata: { resourceVersion: string };
  columnDefinitions: { name: string; priority: number }[];
  rows: { cells: (string | number)[]; object: KubernetesObject & { metadata: { uid: string } } }[];
}

/** A table and the time within which its ages were reckoned. */
export interface PrintedTable extends Table {
  from: number;
  to: number;
}

/** Asks the apiserver to print, as kubectl does. */
export async function printTable(connection: ClusterConnection, ref: PathRef): Promise<PrintedTable> {
  const from = Date.now();
  const table = await connection.json<Omit<Table, 'rows'> & { rows: Table['rows'] | null }>({
    path: apiPath(ref),
    query: { includeObject: 'Object' },
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  });
  // where there is no object the apiserver sends null
  return { ...table, rows: table.rows ?? [], from, to: Date.now() };
}

/**
 * Our text of a cell: the one that equals the apiserver's where ages allow several, else the one of now. The apiserver
 * reckons ages at some moment between the question and the answer.
 */
export function ourText(column: Column, row: Row, { from, to }: PrintedTable, theirs: string): string {
  const texts = [from, (from + to) / 2, to].map((now) => column.text(row, now));
  return texts.includes(theirs) ? theirs : (texts[0] ?? '');
}
