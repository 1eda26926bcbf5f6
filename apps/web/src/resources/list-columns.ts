import { namespaceColumn, valueOf, type Column, type KindDescriptor } from '@pilothouse/kinds';
import type { TableColumn } from '../components/ResourceTable/table-column.ts';
import NameCell from './NameCell.vue';
import type { KindOverride } from './override.ts';

const widths: Record<string, number> = {
  name: 260,
  namespace: 130,
  status: 150,
  ready: 76,
  age: 84,
  restarts: 130,
  ip: 120,
  node: 130,
  version: 100,
  type: 90,
  object: 240,
  message: 460,
};
const numeric = new Set(['ready', 'restarts', 'labels', 'taints', 'count']);

/**
 * The columns a kind's list can show: the descriptor's, the namespace where it is not fixed, the override's own.
 * @param titleOf the heading of a column by id, with kubectl's heading to fall back on.
 */
export function listColumns(
  descriptor: KindDescriptor,
  override: KindOverride,
  options: { withNamespace: boolean; titleOf: (id: string, header: string) => string },
): TableColumn[] {
  const { titleOf } = options;
  const described = descriptor.columns.map((column) => tableColumn(column, descriptor, override, titleOf));
  const extra = (override.extraColumns ?? []).map((column) => ({
    ...column,
    title: titleOf(column.id, column.id),
  }));
  const all = [...described, ...extra];
  if (options.withNamespace) {
    const namespace = tableColumn(namespaceColumn, descriptor, override, titleOf);
    all.splice(all.findIndex((column) => column.id === 'name') + 1, 0, namespace);
  }
  return all;
}

function tableColumn(
  column: Column,
  descriptor: KindDescriptor,
  override: KindOverride,
  titleOf: (id: string, header: string) => string,
): TableColumn {
  const { id, header = id, sortBy } = column;
  const component = override.cells?.[id] ?? (id === 'name' ? NameCell : undefined);
  const isShown = override.defaultColumns?.includes(id) ?? column.standard;
  return {
    id,
    title: titleOf(id, header),
    text: (row, now) => column.text(row, now),
    exact: (row) => exactValue(descriptor, row, sortBy),
    ...(sortBy === undefined ? {} : { sortKey: sortBy }),
    ...(numeric.has(id) ? { align: 'right' as const } : {}),
    width: widths[id] ?? 140,
    optional: id !== 'namespace' && !isShown,
    ...(component === undefined ? {} : { component }),
  };
}

/** The instant behind an age; other columns already print what they are. */
function exactValue(
  descriptor: KindDescriptor,
  row: Parameters<Column['text']>[0],
  sortBy: string | undefined,
) {
  if (sortBy === undefined || descriptor.fields[sortBy] !== 'time') return null;
  const value = valueOf(row, sortBy);
  return typeof value === 'string' ? new Date(value).toLocaleString() : null;
}
