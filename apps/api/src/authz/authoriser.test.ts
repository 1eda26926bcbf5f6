import type { Requirement } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { decide } from './authoriser.ts';
import { builtInRoles } from './built-in-roles.ts';
import { createEnforcer } from './casbin.ts';
import { compileGrants } from './compiled-grants.ts';

const clusterIds: Record<string, string> = { prod: 'id-1', test: 'id-12' };

/** Decides for a user with these built-in roles in these domains. */
async function decideFor(grants: [role: string, domain: string][], requirements: Requirement[]) {
  const enforcer = await createEnforcer({
    permissions: builtInRoles.flatMap(({ name, permissions }) =>
      permissions.map((rule) => ({ roleId: name, ...rule })),
    ),
    grants: grants.map(([roleId, domain]) => ({ userId: 'u', roleId, domain })),
  });
  const decision = decide(await compileGrants(enforcer, 'u'), requirements, (name) => clusterIds[name]);
  return decision.allowed ? decision.scope : 'refused';
}

const listPods = (
  cluster: string,
  namespace?: string,
  match: Requirement['match'] = 'narrows',
): Requirement => ({
  domain: namespace === undefined ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace },
  object: 'k8s/core/pods',
  action: 'list',
  match,
});
const platform = (object: string, action: string, match?: Requirement['match']): Requirement => ({
  domain: { kind: 'platform' },
  object,
  action,
  ...(match && { match }),
});
const inNamespace = (object: string, action: string): Requirement => ({
  domain: { kind: 'namespace', cluster: 'prod', namespace: 'shop' },
  object,
  action,
});

test('a list is narrowed to the namespaces granted', async () => {
  const grants: [string, string][] = [
    ['developer', 'cluster:id-1/shop'],
    ['viewer', 'cluster:id-1/blog'],
  ];
  expect(await decideFor(grants, [listPods('prod')])).toEqual(['blog', 'shop']);
  expect(await decideFor(grants, [listPods('prod', 'shop'), listPods('prod', 'other')])).toEqual(['shop']);
  expect(await decideFor(grants, [listPods('prod', 'shop'), listPods('prod', 'blog')])).toBe('all');
  expect(await decideFor(grants, [listPods('prod', 'other')])).toBe('refused');
  expect(await decideFor(grants, [listPods('test')])).toBe('refused');
  expect(await decideFor(grants, [listPods('prod', undefined, 'covers')])).toBe('refused');
});

test('a grant on the cluster is not narrowed, and does not reach a cluster whose id begins alike', async () => {
  expect(await decideFor([['viewer', 'cluster:id-1']], [listPods('prod')])).toBe('all');
  expect(await decideFor([['viewer', 'cluster:id-1']], [listPods('test')])).toBe('refused');
});

test('an unknown cluster is refused like one out of reach; only a grant everywhere gets to look', async () => {
  expect(await decideFor([['viewer', 'cluster:id-1']], [listPods('absent')])).toBe('refused');
  expect(await decideFor([['viewer', '*']], [listPods('absent')])).toBe('all');
});

test('any grant below shows the entry of its cluster, and of that only', async () => {
  const grants: [string, string][] = [['developer', 'cluster:id-1/shop']];
  expect(await decideFor(grants, [platform('/clusters', 'GET', 'entry')])).toEqual(['id-1']);
  expect(await decideFor([['viewer', '*']], [platform('/clusters', 'GET', 'entry')])).toBe('all');
  expect(await decideFor([], [platform('/clusters', 'GET', 'entry')])).toBe('refused');
  const entry = (cluster: string) => [{ ...listPods(cluster), match: 'entry' as const }];
  expect(await decideFor(grants, entry('prod'))).toBe('all');
  expect(await decideFor(grants, entry('test'))).toBe('refused');
});

test('of several rights each is required', async () => {
  const both = [inNamespace('k8s/core/pods', 'get'), inNamespace('k8s/core/nodes', 'get')];
  expect(await decideFor([['developer', 'cluster:id-1/shop']], both)).toBe('refused');
});

test.each([
  // reading a pod gives no shell
  ['viewer', 'k8s/core/pods/exec', 'create', false],
  ['viewer', 'k8s/core/pods/exec', 'get', false],
  ['viewer', 'k8s/core/pods/log', 'get', true],
  ['viewer', 'k8s/core/secrets', 'get', false],
  ['viewer', 'k8s/core/nodes', 'list', true],
  ['viewer', 'k8s/core/pods', 'delete', false],
  ['developer', 'k8s/core/pods/exec', 'create', true],
  ['developer', 'k8s/core/nodes', 'list', false],
  ['developer', 'k8s/core/secrets', 'list', false],
  ['developer', 'k8s/core/pods', 'delete', false],
  ['operator', 'k8s/core/pods', 'delete', true],
  ['operator', 'k8s/core/secrets', 'get', false],
  ['operator', 'k8s/core/nodes', 'patch', false],
  ['cluster-admin', 'k8s/core/secrets', 'get', true],
  ['cluster-admin', 'k8s/core/nodes', 'patch', true],
  ['cluster-admin', '/users', 'GET', false],
  ['platform-admin', '/users', 'POST', true],
])('%s on %s: %s is allowed: %s', async (role, object, action, allowed) => {
  const decision = await decideFor([[role, 'cluster:id-1/shop']], [inNamespace(object, action)]);
  expect(decision !== 'refused').toBe(allowed);
});

test('rights on the platform are not had through a grant on a cluster, not even of the platform’s role', async () => {
  expect(await decideFor([['platform-admin', 'cluster:id-1']], [platform('/users', 'GET')])).toBe('refused');
});
