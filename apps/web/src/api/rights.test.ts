import { platformRight, resourceRight } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { allows, grantedNamespaces, type OwnGrant } from './rights.ts';

function grant(domain: string, object: string, action: string): OwnGrant {
  return { role: 'r', domain, policies: [{ object, action }] };
}

const listPods = (cluster: string, namespace?: string) => [
  resourceRight(
    { cluster, group: 'core', plural: 'pods', ...(namespace === undefined ? {} : { namespace }) },
    'list',
  ),
];

test('a wider domain covers what is below it, by whole segments', () => {
  const grants = [grant('cluster:one', 'k8s/core/pods', 'list')];
  expect(allows(grants, listPods('one', 'demo'))).toBe(true);
  expect(allows(grants, listPods('one-and-a-half', 'demo'))).toBe(false);
  expect(allows([grant('*', 'k8s/**', 'All')], listPods('two'))).toBe(true);
});

test('a namespace’s grant gives that namespace only, unless a part is enough', () => {
  const grants = [grant('cluster:one/demo', 'k8s/core/pods', 'list')];
  expect(allows(grants, listPods('one', 'demo'))).toBe(true);
  expect(allows(grants, listPods('one', 'shop'))).toBe(false);
  expect(allows(grants, listPods('one'))).toBe(false);
  expect(
    allows(
      grants,
      listPods('one').map((right) => ({ ...right, match: 'narrows' as const })),
    ),
  ).toBe(true);
});

test('any grant in a cluster shows that the cluster is there', () => {
  const right = {
    domain: { kind: 'cluster' as const, cluster: 'one' },
    object: '/clusters/{cluster}',
    action: 'GET',
  };
  const grants = [grant('cluster:one/demo', 'k8s/core/pods', 'list')];
  expect(allows(grants, [right])).toBe(false);
  expect(allows(grants, [{ ...right, match: 'entry' }])).toBe(true);
});

test('one star is one segment, two at the end are all that follow', () => {
  const exec = [resourceRight({ cluster: 'one', group: 'core', plural: 'pods' }, 'create', 'exec')];
  expect(allows([grant('*', 'k8s/core/*', 'All')], exec)).toBe(false);
  expect(allows([grant('*', 'k8s/**', 'All')], exec)).toBe(true);
  expect(allows([grant('*', '**', 'All')], [platformRight('GET', '/audit')])).toBe(true);
});

test('all that is required has to be there', () => {
  const grants = [grant('*', '/users', 'GET')];
  expect(allows(grants, [platformRight('GET', '/users'), platformRight('POST', '/users')])).toBe(false);
});

test('namespaces to choose from', () => {
  const grants = [
    grant('cluster:one/shop', 'k8s/core/pods', 'list'),
    grant('cluster:one/demo', 'k8s/core/pods', 'list'),
    grant('cluster:one/demo', 'k8s/core/pods', 'get'),
    grant('cluster:one-b/x', 'k8s/core/pods', 'list'),
  ];
  expect(grantedNamespaces(grants, 'one')).toEqual(['demo', 'shop']);
  expect(grantedNamespaces([...grants, grant('*', 'k8s/**', 'All')], 'one')).toBe('all');
});
