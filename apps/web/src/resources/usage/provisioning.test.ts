import { expect, test } from 'vitest';
import { reachesAt, verdictOf, type Provision } from './provisioning.ts';

const fitting: Provision = {
  resource: 'memory',
  mean: 60,
  peak: 80,
  requests: 100,
  limits: 200,
  allocatable: 0,
  measuredMs: 3_600_000,
};

test.each<[Partial<Provision>, string]>([
  [{}, 'fits'],
  [{ peak: 180 }, 'nearLimit'],
  [{ peak: 110 }, 'under'],
  [{ resource: 'cpu', peak: 110 }, 'fits'],
  [{ resource: 'cpu', mean: 105, peak: 110 }, 'under'],
  [{ peak: 49, mean: 40 }, 'over'],
  [{ peak: 49, mean: 40, measuredMs: 60_000 }, 'fits'],
  [{ requests: 0 }, 'noRequests'],
  [{ requests: null, allocatable: 400 }, 'used'],
  [{ requests: null, allocatable: 85 }, 'runsOut'],
  [{ requests: 0, limits: 0 }, 'noRequests'],
  [{ allocatable: 400, peak: 190, requests: 300 }, 'fits'],
  [{ allocatable: 200, peak: 185, requests: 300 }, 'runsOut'],
])('%j of what fits is %s', (change, verdict) => {
  expect(verdictOf({ ...fitting, ...change })).toBe(verdict);
});

const minutes = Array.from({ length: 60 }, (_, minute) => minute * 60_000);

test('a line that rises steadily reaches its bound where it leads', () => {
  const values = minutes.map((_, minute) => (minute % 9 === 0 ? null : 100 + minute));
  expect(reachesAt(minutes, values, 200)).toBeCloseTo(100 * 60_000, 0);
});

test.each([
  ['falls', (minute: number) => 100 - minute],
  ['stays', () => 100],
  ['jumps about', (minute: number) => 100 + (minute % 2) * 50 + minute / 10],
  ['rises hardly', (minute: number) => 10 + minute / 100],
  ['is there', (minute: number) => 200 + minute],
])('a line that %s reaches nothing', (_name, of) => {
  expect(
    reachesAt(
      minutes,
      minutes.map((_, minute) => of(minute)),
      200,
    ),
  ).toBeNull();
});

test('of a few values nothing is foretold', () => {
  expect(reachesAt(minutes.slice(0, 9), [1, 2, 3, 4, 5, 6, 7, 8, 9], 12)).toBeNull();
});
