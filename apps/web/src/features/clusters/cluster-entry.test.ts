import { expect, test } from 'vitest';
import type { Cluster } from '../../api/clusters.ts';
import { firstExpiry, fullness, groupsOf, labelKeys, matchesText, skewOf } from './cluster-entry.ts';

function clusterOf(name: string, more: Partial<Cluster> = {}): Cluster {
  const plain = { name, displayName: '', description: '', owner: '', labels: {}, environment: 'test' };
  return { ...plain, ...more } as Cluster;
}

test.each([
  ['v1.36.3', 'v1.36.1', 'v1.36.3', null],
  ['v1.36.3', 'v1.33.0', 'v1.36.0', 'within'],
  ['v1.36.3', 'v1.32.9', 'v1.36.0', 'beyond'],
  ['v1.35.0', 'v1.35.0', 'v1.36.0', 'beyond'],
  ['v1.36.3', 'kwok', 'kwok', null],
])('skew of %s with kubelets %s to %s', (version, oldest, newest, skew) => {
  expect(skewOf(version, { oldest, newest })).toBe(skew);
});

test('what ends first counts', () => {
  const now = Date.parse('2026-11-28T00:00:00Z');
  const later = '2036-01-01T00:00:00.000Z';
  const soon = '2026-12-05T00:00:00.000Z';
  expect(firstExpiry({ certificateExpiresAt: soon, caExpiresAt: later }, now)).toEqual({
    at: soon,
    isSoon: true,
  });
  expect(firstExpiry({ certificateExpiresAt: null, caExpiresAt: later }, now)).toEqual({
    at: later,
    isSoon: false,
  });
  expect(firstExpiry({ certificateExpiresAt: null, caExpiresAt: null }, now)).toBeNull();
});

test('groups by environment, owner or label; those without come last', () => {
  const entries = [
    clusterOf('a', { environment: 'development', labels: { region: 'eu' } }),
    clusterOf('b', { environment: 'production', owner: 'payments' }),
    clusterOf('c', { environment: 'production', labels: { region: 'ap' } }),
  ].map((cluster) => ({ cluster, figures: null }));
  const named = (by: string) =>
    groupsOf(entries, by).map(({ name, entries: grouped }) => [
      name,
      grouped.map(({ cluster }) => cluster.name),
    ]);
  expect(named('environment')).toEqual([
    ['production', ['b', 'c']],
    ['development', ['a']],
  ]);
  expect(named('owner')).toEqual([
    ['payments', ['b']],
    [null, ['a', 'c']],
  ]);
  expect(named('label:region')).toEqual([
    ['ap', ['c']],
    ['eu', ['a']],
    [null, ['b']],
  ]);
  expect(named('')).toEqual([[null, ['a', 'b', 'c']]]);
  expect(labelKeys(entries.map(({ cluster }) => cluster))).toEqual(['region']);
});

test('finds by name, owner and label, each word somewhere', () => {
  const cluster = clusterOf('rome', { owner: 'Payments', labels: { region: 'eu' } });
  expect(matchesText(cluster, 'rom region=eu')).toBe(true);
  expect(matchesText(cluster, 'payments')).toBe(true);
  expect(matchesText(cluster, 'rome region=ap')).toBe(false);
});

test('fullness goes by usage, else by requests; without data last', () => {
  expect(fullness({ allocatable: 100, used: 50, requested: 80 })).toBe(0.5);
  expect(fullness({ allocatable: 100, used: null, requested: 80 })).toBe(0.8);
  expect(fullness({ allocatable: 0, used: 0, requested: 0 })).toBe(-1);
  expect(fullness(undefined)).toBe(-1);
});
