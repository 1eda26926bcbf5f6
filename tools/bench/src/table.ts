import { limitedFigure, passes, type BarResult, type Measure } from './bar.ts';

/** The table's heading. */
export const heading = ['bar', 'what', 'ours', 'reference', 'figure', 'limit', 'pass'];

/** The table's rows: one per measure, or one that says why there is none. */
export function tableRows(results: readonly BarResult[]): string[][] {
  return results.flatMap((result) => {
    const number = String(result.bar.number);
    if (result.outcome === 'measured') return result.measures.map((measure) => [number, ...cells(measure)]);
    return [
      [number, result.bar.title, '', '', '', '', result.outcome === 'failed' ? '**failed**' : 'skipped'],
    ];
  });
}

/** GitHub's table. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Columns for a terminal. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows.map((row) => row.map((cell) => cell.replaceAll('**', '')))];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What is said of the measures that miss their limits, a line each. */
export function notesOfMissed(results: readonly BarResult[]): string {
  return results
    .flatMap((result) => (result.outcome === 'measured' ? result.measures : []))
    .filter((measure) => measure.note !== undefined && !passes(measure))
    .map(({ what, note }) => `${what}: ${note}\n`)
    .join('');
}

/** Three digits that count. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

function cells(measure: Measure): string[] {
  const { what, ours, reference, referenceWhat, unit } = measure;
  return [
    what,
    `${formatNumber(ours)} ${unit}`,
    reference === null ? referenceWhat : `${formatNumber(reference)} ${unit} (${referenceWhat})`,
    inLimitUnit(limitedFigure(measure), measure),
    limitText(measure),
    passes(measure) ? 'yes' : '**no**',
  ];
}

function limitText(measure: Measure): string {
  const { most, least } = measure.limit;
  return most === undefined ? `≥ ${inLimitUnit(least ?? 0, measure)}` : `≤ ${inLimitUnit(most, measure)}`;
}

function inLimitUnit(figure: number, { limit, unit }: Measure): string {
  if (limit.of === 'ratio') return `${formatNumber(figure)} ×`;
  return `${limit.of === 'difference' && figure >= 0 ? '+' : ''}${formatNumber(figure)} ${unit}`;
}
