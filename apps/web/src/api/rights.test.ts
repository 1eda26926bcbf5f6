import { CompiledGrants, endpoints, noTree } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { holds, inPart, missing, requirementsOf } from './rights.ts';

function grants(...given: [domain: string, object: string, action: string][]): CompiledGrants {
  return new CompiledGrants(
    {
      roles: given.map(([, object, action], index) => ({
        name: `role-${index}`,
        policies: [{ object, action }],
      })),
      grants: given.map(([domain], index) => ({ role: `role-${index}`, domain })),
    },
    noTree,
  );
}

const pods = { cluster: 'one', group: 'core', plural: 'pods' };
const getPod = (namespace: string) =>
  requirementsOf(endpoints.getResource, { params: { ...pods, namespace, name: 'web-0' } });
const listPods = (cluster: string) =>
  requirementsOf(endpoints.listResources, { params: { ...pods, cluster } });

test('a call is allowed where the endpoint’s own rule is satisfied', () => {
  expect(holds(grants(['cluster:one/demo', 'k8s/core/pods', 'get']), getPod('demo'))).toBe(true);
  expect(holds(grants(['cluster:one/demo', 'k8s/core/pods', 'get']), getPod('shop'))).toBe(false);
  expect(holds(grants(['cluster:one/demo', 'k8s/core/pods', 'list']), getPod('demo'))).toBe(false);
  expect(holds(grants(['*', '/users', 'GET']), requirementsOf(endpoints.listUsers))).toBe(true);
  expect(holds(grants(['cluster:one', '/users', 'GET']), requirementsOf(endpoints.listUsers))).toBe(false);
});

test('a list is offered to whom a part of it is granted', () => {
  const some = grants(['cluster:one/demo', 'k8s/core/pods', 'list']);
  expect(holds(some, listPods('one'))).toBe(true);
  expect(holds(some, listPods('two'))).toBe(false);
});

test('what needs two rights is offered where some part of the cluster has both, and all is missing where none has', () => {
  const logs = inPart(requirementsOf(endpoints.createTicket, { body: { purpose: 'logs', cluster: 'one' } }));
  expect(logs).toHaveLength(2);
  const [first, second] = logs.map(({ object, action }) => [object, action] as [string, string]);
  if (first === undefined || second === undefined) throw new Error('two rights');
  const here = grants(['cluster:one/demo', ...first], ['cluster:one/demo', ...second]);
  expect([holds(here, logs), missing(here, logs)]).toEqual([true, []]);
  const apart = grants(['cluster:one/demo', ...first], ['cluster:one/shop', ...second]);
  expect([holds(apart, logs), missing(apart, logs)]).toEqual([false, logs]);
  const half = grants(['cluster:one/demo', ...first]);
  expect(missing(half, logs)).toEqual([logs[1]]);
});

test('any grant in a cluster shows that the cluster is there', () => {
  const some = grants(['cluster:one/demo', 'k8s/core/pods', 'list']);
  const see = (cluster: string) => requirementsOf(endpoints.getCluster, { params: { cluster } });
  expect(holds(some, see('one'))).toBe(true);
  expect(holds(some, see('two'))).toBe(false);
});

test('what being signed in is enough for needs no right', () => {
  expect(holds(grants(), requirementsOf(endpoints.me))).toBe(true);
});

test('namespaces to choose from', () => {
  const some = grants(
    ['cluster:one/shop', 'k8s/core/pods', 'list'],
    ['cluster:one/demo', 'k8s/core/pods', 'list'],
    ['cluster:one/demo', 'k8s/core/pods', 'get'],
    ['cluster:one-b/x', 'k8s/core/pods', 'list'],
  );
  expect(some.namespacesIn('one')).toEqual(['demo', 'shop']);
  expect(some.namespacesIn('two')).toEqual([]);
  expect(grants(['*', 'k8s/**', 'All']).namespacesIn('one')).toBe('all');
  expect(grants(['cluster:one', 'k8s/**', 'All']).namespacesIn('one')).toBe('all');
});
