import { namespaceColumn, valueOf, type Column, type KindDescriptor } from '@pilothouse/kinds';
import type { TableColumn } from '../components/ResourceTable/table-column.ts';
import NameCell from './NameCell.vue';
import type { KindOverride } from './override.ts';

/** Pixels; what is not here gets `usualWidth`. A node's usual columns fit a 13" screen. */
const widths: Record<string, number> = {
  name: 210,
  namespace: 120,
  status: 140,
  roles: 88,
  ready: 70,
  age: 66,
  restarts: 120,
  ip: 110,
  node: 110,
  version: 96,
  pods: 76,
  cpuRequests: 124,
  cpuLimits: 108,
  memoryRequests: 146,
  memoryLimits: 126,
  kernelVersion: 220,
  osImage: 220,
  containerRuntime: 200,
  lastSeen: 90,
  type: 90,
  reason: 150,
  object: 230,
  message: 420,
};
const usualWidth = 130;
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
  const all = inOrder([...described, ...extra], override.defaultColumns ?? []);
  if (options.withNamespace) {
    const namespace = tableColumn(namespaceColumn, descriptor, override, titleOf);
    all.splice(all.findIndex((column) => column.id === 'name') + 1, 0, namespace);
  }
  return all;
}

/** The columns named first, in that order, then the rest as it is. */
function inOrder(columns: TableColumn[], first: string[]): TableColumn[] {
  const named = first.flatMap((id) => columns.find((column) => column.id === id) ?? []);
  return [...named, ...columns.filter((column) => !named.includes(column))];
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
    width: widths[id] ?? usualWidth,
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
