import { describe, expect, it } from 'vitest';
import { failed, type Bar, type BarResult, type Measure } from './bar.ts';
import { formatNumber, markdownTable, notesOfMissed, plainTable, tableRows } from './table.ts';

const bar: Bar = { number: 3, title: 'a title', run: () => Promise.resolve([]) };
const measure: Measure = {
  what: 'a page',
  ours: 3,
  reference: 2,
  referenceWhat: 'the other way',
  unit: 'ms',
  limit: { of: 'ratio', most: 1.5 },
};
const measured = (...measures: Measure[]): BarResult => ({ bar, outcome: 'measured', measures, seconds: 1 });
const lastCells = (changes: Partial<Measure>) =>
  tableRows([measured({ ...measure, ...changes })])[0]?.slice(4);

describe('the table', () => {
  it('holds a ratio, a difference and a value against their limits', () => {
    expect(lastCells({})).toEqual(['1.50 ×', '≤ 1.50 ×', 'yes']);
    expect(lastCells({ ours: 3.01 })).toEqual(['1.50 ×', '≤ 1.50 ×', '**no**']);
    expect(lastCells({ limit: { of: 'ratio', least: 0.8 } })).toEqual(['1.50 ×', '≥ 0.800 ×', 'yes']);
    expect(lastCells({ limit: { of: 'difference', most: 0.5 } })).toEqual([
      '+1.00 ms',
      '≤ +0.500 ms',
      '**no**',
    ]);
    expect(lastCells({ reference: null, limit: { of: 'value', most: 3 } })).toEqual([
      '3.00 ms',
      '≤ 3.00 ms',
      'yes',
    ]);
  });

  it('never lets pass what is no number', () => {
    expect(failed(measured({ ...measure, ours: NaN }))).toBe(true);
    expect(failed(measured({ ...measure, ours: 0, reference: 0 }))).toBe(true);
    expect(failed(measured(measure, { ...measure, ours: 4 }))).toBe(true);
    expect(failed(measured(measure))).toBe(false);
  });

  it('says what failed and what was skipped', () => {
    const rows = tableRows([
      { bar, outcome: 'failed', reason: 'why', seconds: 1 },
      { bar, outcome: 'skipped', reason: 'why', seconds: 1 },
    ]);
    expect(rows.map((row) => row.at(-1))).toEqual(['**failed**', 'skipped']);
  });

  it('says more of what misses its limit', () => {
    const noted = { ...measure, note: 'how' };
    expect(
      notesOfMissed([measured(noted, { ...noted, what: 'another', ours: 4 }, { ...measure, ours: 4 })]),
    ).toBe('another: how\n');
  });

  it('is read by GitHub and by people', () => {
    const rows = tableRows([measured({ ...measure, what: 'a|b' })]);
    expect(markdownTable(rows).split('\n')[2]).toBe(
      '| 3 | a\\|b | 3.00 ms | 2.00 ms (the other way) | 1.50 × | ≤ 1.50 × | yes |',
    );
    expect(plainTable(rows)).toContain('3    a|b   3.00 ms  2.00 ms (the other way)');
  });

  it('shows three digits', () => {
    expect([12_345.6, 99.96, 9.994, 0.01234].map(formatNumber)).toEqual(['12,346', '100.0', '9.99', '0.012']);
  });
});
