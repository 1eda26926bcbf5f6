import type { TextRange } from '@pilothouse/kinds';

/** Names offered beside an unknown one. */
const mostSuggestions = 3;

/** Known names that are one slip away: other case, or two letters at most. */
export function nearest(name: string, known: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  return known
    .map((each) => ({ each, distance: distance(wanted, each.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= Math.min(2, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, mostSuggestions)
    .map(({ each }) => each);
}

/** Levenshtein's, of words that are no longer than a field's name. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2 || one.length > 100) return Infinity;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? Infinity;
}

/** A line of a text, from 1; a text may have got shorter since the line was counted. */
export function wholeLine(text: string, line: number): TextRange {
  let from = 0;
  for (let left = line; left > 1; left -= 1) from = text.indexOf('\n', from) + 1 || text.length;
  const end = text.indexOf('\n', from);
  return { from, to: end < 0 ? text.length : end };
}
