import { expect, test } from 'vitest';
import type { Cluster } from '../../api/clusters.ts';
import {
  firstExpiry,
  fullness,
  groupsOf,
  labelKeys,
  matchesText,
  skewOf,
  sortClusters,
  type ClusterEntry,
} from './cluster-entry.ts';

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
  const none = { certificateExpiresAt: null, caExpiresAt: null, tokenExpiresAt: null };
  expect(firstExpiry({ ...none, certificateExpiresAt: soon, caExpiresAt: later }, now)).toEqual({
    at: soon,
    isSoon: true,
  });
  expect(firstExpiry({ ...none, caExpiresAt: later }, now)).toEqual({ at: later, isSoon: false });
  expect(firstExpiry({ ...none, caExpiresAt: later, tokenExpiresAt: soon }, now)?.at).toBe(soon);
  expect(firstExpiry(none, now)).toBeNull();
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
  expect(fullness({ allocatable: 100, used: 50, requested: 80, measured: 100 })).toBe(0.5);
  expect(fullness({ allocatable: 100, used: 50, requested: 80, measured: null })).toBe(0.5);
  // half of the nodes are measured, and they are full
  expect(fullness({ allocatable: 100, used: 50, requested: 20, measured: 50 })).toBe(1);
  expect(fullness({ allocatable: 100, used: null, requested: 80, measured: null })).toBe(0.8);
  expect(fullness({ allocatable: 0, used: 0, requested: 0, measured: null })).toBe(-1);
  expect(fullness(undefined)).toBe(-1);
});

test('sorts by figures or names with numbers in them; what is unknown is less than nothing', () => {
  const figures = (pods: number) => ({ pods }) as unknown as NonNullable<ClusterEntry['figures']>;
  const entry = (name: string, state: string, pods?: number) => ({
    cluster: clusterOf(name, { health: { state, lastProbe: null } as unknown as Cluster['health'] }),
    figures: pods === undefined ? null : figures(pods),
  });
  const entries = [entry('c10', 'healthy', 3), entry('c9', 'unhealthy'), entry('c2', 'healthy', 30)];
  const names = (sort: string) => sortClusters(entries, sort).map(({ cluster }) => cluster.name);
  expect(names('name')).toEqual(['c2', 'c9', 'c10']);
  expect(names('-name')).toEqual(['c10', 'c9', 'c2']);
  expect(names('-pods')).toEqual(['c2', 'c10', 'c9']);
  expect(names('health')).toEqual(['c9', 'c2', 'c10']);
  expect(names('nonsense')).toEqual(names('name'));
});
