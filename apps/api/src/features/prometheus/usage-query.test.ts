import { describe, expect, test } from 'vitest';
import { figures, usageQuery } from './usage-query.ts';

const pod = { group: 'core', plural: 'pods', namespace: 'shop', name: 'p' };
const queryOf = (change: Partial<typeof pod>, step = 60) => usageQuery({ ...pod, ...change }, step) ?? '';
const asked = (query: string) => [...query.matchAll(/"figure", "(\w+)"/g)].map(([, name]) => name);

test('of a minute there is no mean and no peak, of more there are both', () => {
  expect(asked(queryOf({})).toSorted()).toEqual(figures.filter((name) => !name.endsWith('Peak')).toSorted());
  expect(asked(queryOf({}, 300)).toSorted()).toEqual([...figures].toSorted());
  expect(queryOf({}, 300)).toContain('[300s:60s]');
  expect(queryOf({}, 3600)).toContain('[3600s:300s]');
});

test('a name ends no matcher and begins no other, whatever is in it', () => {
  const name = 'a"} or vector(1) #\\"\n';
  for (const plural of ['pods', 'namespaces', 'nodes'])
    expect(queryOf({ plural, name })).toContain(String.raw`="a\"} or vector(1) #\\\"\n"`);
  expect(queryOf({ group: 'apps', plural: 'deployments', name })).toContain(
    String.raw`owner_name="a\"} or vector(1) #\\\"\n"`,
  );
  expect(queryOf({ plural: 'nodes', name: 'n.1' })).toContain(String.raw`instance=~"n\\.1(:[0-9]+)?"`);
});

describe('every series that is asked for is of the object’s own namespace', () => {
  test.each([
    ['core', 'pods'],
    ['apps', 'deployments'],
    ['apps', 'statefulsets'],
    ['apps', 'daemonsets'],
    ['apps', 'replicasets'],
    ['batch', 'jobs'],
    ['batch', 'cronjobs'],
  ])('%s/%s', (group, plural) => {
    const query = queryOf({ group, plural });
    const selectors = [...query.matchAll(/(?:container|kube)_\w+\{([^}]*)\}/g)].map(
      ([, selector = '']) => selector,
    );
    expect(selectors.length).toBeGreaterThan(5);
    expect(selectors.filter((selector) => !selector.includes('namespace="shop"'))).toEqual([]);
  });
});

test('of a kind without pods nothing is asked', () => {
  expect(usageQuery({ ...pod, plural: 'configmaps' }, 60)).toBeNull();
});
