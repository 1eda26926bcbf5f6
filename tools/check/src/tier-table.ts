import type { Summary } from './summary.ts';

export interface TierResult {
  name: string;
  summary: Summary;
  seconds: number;
}

/** A line for each tier, how long it took at its end, and one for all. */
export function tierTable(results: readonly TierResult[]): string {
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = results.map(({ name, summary, seconds }) => [
    name,
    `${summary.passed} passed`,
    `${summary.failed} failed`,
    `${summary.skipped} skipped`,
    minutes(seconds),
  ]);
  const table = [...rows, ['in all', '', '', '', minutes(total)]];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map(([name = '', ...numbers]) =>
      [name.padEnd(widths[0]!), ...numbers.map((text, at) => text.padStart(widths[at + 1]!))].join('  '),
    )
    .join('\n');
}

function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`;
}
