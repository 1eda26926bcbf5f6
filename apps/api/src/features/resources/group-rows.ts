import type { OutputOf, resourceEndpoints } from '@pilothouse/contract';
import type { Grouping, Row } from '@pilothouse/kinds';
import type { Labels } from '@pilothouse/kube';

type Groups = Pick<OutputOf<typeof resourceEndpoints.groupResources>, 'labels' | 'groups' | 'truncated'>;
type Group = Groups['groups'][number];

const mostLabels = 200;
const mostGroups = 500;

/** Rows by the value that they have of a label: those with most first, those without it last. One pass. */
export function groupRows(
  rows: readonly Row[],
  labelsOf: (row: Row) => Labels,
  { by, grouping }: { by: string | undefined; grouping: Grouping | null },
): Groups {
  const frequency = new Map<string, number>();
  const groups = new Map<string | null, Group>();
  for (const row of rows) {
    const labels = labelsOf(row);
    for (const key of Object.keys(labels)) frequency.set(key, (frequency.get(key) ?? 0) + 1);
    if (by === undefined) continue;
    const value = Object.hasOwn(labels, by) ? (labels[by] ?? null) : null;
    const group = groups.get(value) ?? { value, count: 0, states: {}, sums: {} };
    groups.set(value, group);
    if (grouping !== null) add(group, row, grouping);
    group.count += 1;
  }
  const found = [...groups.values()].toSorted(inOrder);
  return {
    labels: [...frequency]
      .toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      .slice(0, mostLabels)
      .map(([key]) => key),
    groups: found.slice(0, mostGroups),
    truncated: found.length > mostGroups,
  };
}

function add({ states, sums }: Group, { cells }: Row, grouping: Grouping): void {
  const state = String(cells[grouping.state] ?? '');
  states[state] = (states[state] ?? 0) + 1;
  for (const field of grouping.sums) {
    const amount = cells[field];
    const total = (sums[field] ??= { sum: 0, known: 0 });
    if (typeof amount !== 'number') continue;
    total.sum += amount;
    total.known += 1;
  }
}

function inOrder(a: Group, b: Group): number {
  if (a.value === null || b.value === null) return a.value === null ? 1 : -1;
  return b.count - a.count || (a.value < b.value ? -1 : 1);
}
