import { namespaceColumn, valueOf, type Column, type KindDescriptor } from '@pilothouse/kinds';
import type { TableColumn } from '../components/ResourceTable/table-column.ts';
import type { KindOverride } from './override.ts';
import NameCell from './NameCell.vue';
import ReferenceCell from './ReferenceCell.vue';

/** Pixels of a column whose kind does not say. */
const usualWidth = 130;

/** The heading of a kind's column by id, with kubectl's heading to fall back on. */
export type TitleOf = (plural: string, id: string, header: string) => string;

/**
 * The columns a kind's list can show: those shown at first, in their order, the others behind them, and the namespace
 * where it is not fixed. `shown` are shown at first instead of the kind's own; what is measured is there in rows that
 * were asked for with it.
 */
export function listColumns(
  descriptor: KindDescriptor,
  override: KindOverride,
  options: { withNamespace: boolean; titleOf: TitleOf; withUsage?: boolean; shown?: string[] | undefined },
): TableColumn[] {
  const { withUsage = false, shown = descriptor.shownColumns } = options;
  const place = ({ id }: Column) => shown.indexOf(id) + 1 || Infinity;
  const columnOf = (column: Column) => ({
    ...tableColumn(column, descriptor, override, options.titleOf),
    optional: column.id !== namespaceColumn.id && !shown.includes(column.id),
  });
  const all = descriptor.columns
    .filter(({ isJoined }) => withUsage || isJoined !== true)
    .toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)))
    .map(columnOf);
  if (options.withNamespace) {
    const namespace = columnOf(namespaceColumn);
    all.splice(all.findIndex((column) => column.id === 'name') + 1, 0, namespace);
  }
  return all;
}

function componentOf({ id, refersTo }: Column, override: KindOverride) {
  const own = override.cells?.[id];
  if (own !== undefined || id === 'name') return own ?? NameCell;
  return refersTo === undefined ? undefined : ReferenceCell;
}

function tableColumn(
  column: Column,
  descriptor: KindDescriptor,
  override: KindOverride,
  titleOf: TitleOf,
): TableColumn {
  const { id, header = id, sortBy, align, width = usualWidth, grows, level } = column;
  const component = componentOf(column, override);
  return {
    id,
    title: titleOf(descriptor.plural, id, header),
    text: (row, now) => column.text(row, now),
    exact: (row) => exactValue(descriptor, row, sortBy),
    ...(grows === true ? {} : { width }),
    stays: id === 'age',
    ...(sortBy === undefined ? {} : { sortKey: sortBy }),
    ...(align === undefined ? {} : { align }),
    ...(level === undefined ? {} : { level }),
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
