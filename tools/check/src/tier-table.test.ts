import { expect, test } from 'vitest';
import { tierTable } from './tier-table.ts';

test('says what came of each tier and how long it took, and all', () => {
  const results = [
    { name: 'unit', seconds: 59.6, summary: { passed: 1203, failed: 0, skipped: 0, notes: [] } },
    { name: 'machine', seconds: 125, summary: { passed: 9, failed: 1, skipped: 12, notes: [] } },
  ];
  expect(tierTable(results)).toBe(
    [
      'unit     1203 passed  0 failed   0 skipped  1:00 min',
      'machine     9 passed  1 failed  12 skipped  2:05 min',
      'in all                                      3:05 min',
    ].join('\n'),
  );
});
