import type { RecordColumn } from './record-column.ts';

/** Room that a column without a width has at least. */
const leastWidth = 160;
/** How much of its width a column gives up before it goes into the detail. */
const leastShare = 0.8;
const padding = 16;
const sorterWidth = 20;

/** Pixels of a heading, so that none is cut: wide characters are as wide as they are high. */
function headingWidth({ title, sortKey }: Pick<RecordColumn<never>, 'title' | 'sortKey'>): number {
  const wide = [...title].filter((character) => /[\u2E80-\uFFEF]/.test(character)).length;
  const text = wide * 13.5 + ([...title].length - wide) * 7.5;
  return Math.ceil(text) + padding + (sortKey === undefined ? 0 : sorterWidth);
}

/** Pixels a column needs at least. */
export function leastWidthOf<T>({ title, width = leastWidth, sortKey }: RecordColumn<T>): number {
  return Math.max(
    headingWidth({ title, ...(sortKey === undefined ? {} : { sortKey }) }),
    Math.round(width * leastShare),
  );
}

/** Pixels a column takes where there is room. */
const widthOf = <T>(column: RecordColumn<T>): number =>
  Math.max(column.width ?? leastWidth, leastWidthOf(column));

/**
 * Pixels of each column by id: its own where there is room for all, else less, none below its least. Columns without a
 * width share what is left and are not named.
 */
export function columnWidths<T>(
  columns: readonly RecordColumn<T>[],
  room: number | null,
): Map<string, number> {
  const sum = (of: (column: RecordColumn<T>) => number) =>
    columns.reduce((total, column) => total + of(column), 0);
  const [wanted, least] = [sum(widthOf), sum(leastWidthOf)];
  const share = room === null || wanted <= room ? 1 : Math.max(0, (room - least) / (wanted - least));
  const between = (column: RecordColumn<T>) =>
    Math.floor(leastWidthOf(column) + (widthOf(column) - leastWidthOf(column)) * share);
  return new Map(
    columns.filter(({ width }) => width !== undefined).map((column) => [column.id, between(column)]),
  );
}

/**
 * Which columns there is room for; the others, the last ones first, go into a row's detail.
 * @param room pixels beside what the table itself needs; null while nobody knows.
 * @param detailWidth pixels of what opens a row, where columns are left out.
 */
export function fitColumns<T>(
  columns: readonly RecordColumn<T>[],
  room: number | null,
  detailWidth: number,
): { shown: RecordColumn<T>[]; folded: RecordColumn<T>[]; room: number | null } {
  const needed = columns.reduce((sum, column) => sum + leastWidthOf(column), 0);
  if (room === null || needed <= room) return { shown: [...columns], folded: [], room };
  const kept = new Set(columns.filter(({ stays }, index) => stays === true || index === 0));
  let left = room - detailWidth - [...kept].reduce((sum, column) => sum + leastWidthOf(column), 0);
  for (const column of columns) {
    if (kept.has(column)) continue;
    left -= leastWidthOf(column);
    if (left < 0) break;
    kept.add(column);
  }
  return {
    shown: columns.filter((column) => kept.has(column)),
    folded: columns.filter((column) => !kept.has(column)),
    room: room - detailWidth,
  };
}
