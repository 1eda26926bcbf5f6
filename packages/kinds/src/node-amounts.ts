import type { CellValue } from './kind.ts';
import { formatCount, formatMemory, parseQuantity } from './quantity.ts';

type Wire = Record<string, string> | undefined;

/** Names of which a node may have any: several in one cell, `name=amount,…` in bytes or units, by name. */
export type NamedAmount = readonly [name: string, amount: number];

const hugePages = 'hugepages-';
const ownColumns = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods']);

/** Whether a resource is counted in bytes. */
export function isInBytes(name: string): boolean {
  return name === 'memory' || name === 'ephemeral-storage' || name.startsWith(hugePages);
}

/** Amounts as one cell; null without any. */
export function writeAmounts(amounts: readonly NamedAmount[]): string | null {
  return amounts.length === 0 ? null : amounts.map(([name, amount]) => `${name}=${amount}`).join(',');
}

/** The amounts of a cell. */
export function readAmounts(cell: CellValue | undefined): NamedAmount[] {
  if (typeof cell !== 'string' || cell === '') return [];
  return cell.split(',').map((each) => {
    const end = each.lastIndexOf('=');
    return [each.slice(0, end), Number(each.slice(end + 1))];
  });
}

/** Huge pages (`hugepages-2Mi`) or extended resources (`nvidia.com/gpu`) among a node's, as one cell, by name. */
export function offered(amounts: Wire, which: 'hugepages' | 'extended'): string | null {
  const names = Object.keys(amounts ?? {}).filter((name) =>
    which === 'hugepages' ? name.startsWith(hugePages) : !ownColumns.has(name) && !name.startsWith(hugePages),
  );
  return writeAmounts(
    names
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((name) => [name, Number(parseQuantity(amounts?.[name] ?? '0')) / 1e9]),
  );
}

/** `hugepages-2Mi: 4Mi, …` */
export function amountsText(cell: CellValue | undefined): string {
  return readAmounts(cell)
    .map(([name, amount]) => `${name}: ${isInBytes(name) ? formatMemory(amount) : formatCount(amount)}`)
    .join(', ');
}
