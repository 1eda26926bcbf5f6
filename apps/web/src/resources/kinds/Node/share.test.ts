import { expect, test } from 'vitest';
import { shareOf, toneOf } from './share.ts';

test('a share is of allocatable, and no data is no share', () => {
  expect(shareOf({ cpuRequests: 500, cpuAllocatable: 2000 }, 'cpuRequests')).toBe(25);
  expect(shareOf({ pods: 3, podsAllocatable: 110 }, 'pods')).toBe(2);
  expect(shareOf({ cpuRequests: null, cpuAllocatable: 2000 }, 'cpuRequests')).toBeNull();
  expect(shareOf({ cpuRequests: 500, cpuAllocatable: 0 }, 'cpuRequests')).toBeNull();
});

test.each([
  ['cpuRequests', 79, 'ok'],
  ['cpuRequests', 80, 'warning'],
  ['pods', 95, 'error'],
  ['memoryLimits', 100, 'ok'],
  ['memoryLimits', 140, 'warning'],
])('%s at %i%% is %s', (column, percent, tone) => {
  expect(toneOf(column, percent)).toBe(tone);
});
