import { CompiledGrants, decide, type Requirement, type TreeNodes } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { builtInRoles } from './built-in-roles.ts';

const clusterIds: Record<string, string> = { prod: 'id-1', test: 'id-12' };

/** `team` below `project`. */
const tree: TreeNodes = {
  lineOf: (node) => (node === 'team' ? ['team', 'project'] : node === 'project' ? ['project'] : []),
};

/** Decides for a user with these built-in roles in these domains. */
function decideFor(grants: [role: string, domain: string][], requirements: Requirement[]) {
  const own = {
    roles: builtInRoles.map(({ name, permissions }) => ({ name, policies: permissions })),
    grants: grants.map(([role, domain]) => ({ role, domain })),
  };
  const decision = decide(new CompiledGrants(own, tree), requirements, (name) => clusterIds[name]);
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
  domain: { kind: 'all' },
  object,
  action,
  ...(match && { match }),
});
const inNamespace = (object: string, action: string): Requirement => ({
  domain: { kind: 'namespace', cluster: 'prod', namespace: 'shop' },
  object,
  action,
});

test('a list is narrowed to the namespaces granted', () => {
  const grants: [string, string][] = [
    ['developer', 'cluster:id-1/shop'],
    ['viewer', 'cluster:id-1/blog'],
  ];
  expect(decideFor(grants, [listPods('prod')])).toEqual(['blog', 'shop']);
  expect(decideFor(grants, [listPods('prod', 'shop'), listPods('prod', 'other')])).toEqual(['shop']);
  expect(decideFor(grants, [listPods('prod', 'shop'), listPods('prod', 'blog')])).toBe('all');
  expect(decideFor(grants, [listPods('prod', 'other')])).toBe('refused');
  expect(decideFor(grants, [listPods('test')])).toBe('refused');
  expect(decideFor(grants, [listPods('prod', undefined, 'covers')])).toBe('refused');
});

test('of two rights, each content with a part, both have to be there in the same part', () => {
  const readSecrets = (cluster: string): Requirement => ({
    ...listPods(cluster),
    object: 'k8s/core/secrets',
    action: 'get',
  });
  const both = [listPods('prod'), readSecrets('prod')];
  const grants: [string, string][] = [['developer', 'cluster:id-1/shop']];
  expect(decideFor([...grants, ['cluster-admin', 'cluster:id-1/blog']], [readSecrets('prod')])).toEqual([
    'blog',
  ]);
  expect(decideFor([...grants, ['cluster-admin', 'cluster:id-1/blog']], both)).toEqual(['blog']);
  expect(decideFor(grants, both)).toBe('refused');
  expect(decideFor([['cluster-admin', 'cluster:id-1']], both)).toBe('all');
});

test('a grant on the cluster is not narrowed, and does not reach a cluster whose id begins alike', () => {
  expect(decideFor([['viewer', 'cluster:id-1']], [listPods('prod')])).toBe('all');
  expect(decideFor([['viewer', 'cluster:id-1']], [listPods('test')])).toBe('refused');
});

test('an unknown cluster is refused like one out of reach; only a grant everywhere gets to look', () => {
  expect(decideFor([['viewer', 'cluster:id-1']], [listPods('absent')])).toBe('refused');
  expect(decideFor([['viewer', '*']], [listPods('absent')])).toBe('all');
});

test('any grant below shows the entry of its cluster, and of that only', () => {
  const grants: [string, string][] = [['developer', 'cluster:id-1/shop']];
  expect(decideFor(grants, [platform('/clusters', 'GET', 'entry')])).toEqual(['id-1']);
  expect(decideFor([['viewer', '*']], [platform('/clusters', 'GET', 'entry')])).toBe('all');
  expect(decideFor([], [platform('/clusters', 'GET', 'entry')])).toBe('refused');
  const entry = (cluster: string) => [{ ...listPods(cluster), match: 'entry' as const }];
  expect(decideFor(grants, entry('prod'))).toBe('all');
  expect(decideFor(grants, entry('test'))).toBe('refused');
});

test('of several rights each is required', () => {
  const both = [inNamespace('k8s/core/pods', 'get'), inNamespace('k8s/core/nodes', 'get')];
  expect(decideFor([['developer', 'cluster:id-1/shop']], both)).toBe('refused');
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
])('%s on %s: %s is allowed: %s', (role, object, action, allowed) => {
  const decision = decideFor([[role, 'cluster:id-1/shop']], [inNamespace(object, action)]);
  expect(decision !== 'refused').toBe(allowed);
});

test('rights on the platform are not had through a grant on a cluster, not even of the platform’s role', () => {
  expect(decideFor([['platform-admin', 'cluster:id-1']], [platform('/users', 'GET')])).toBe('refused');
});

test('a grant on a tree node holds there and below, and is no grant on the platform or a cluster', () => {
  const inTree = (node: string): Requirement[] => [
    { domain: { kind: 'tree', node }, object: 'k8s/core/pods', action: 'get' },
  ];
  const grants: [string, string][] = [['platform-admin', 'tree:project']];
  expect(decideFor(grants, inTree('project'))).toBe('all');
  expect(decideFor(grants, inTree('team'))).toBe('all');
  expect(decideFor([['platform-admin', 'tree:team']], inTree('project'))).toBe('refused');
  expect(decideFor(grants, inTree('elsewhere'))).toBe('refused');
  expect(decideFor(grants, [platform('/users', 'GET')])).toBe('refused');
  expect(decideFor(grants, [platform('/clusters', 'GET', 'entry')])).toBe('refused');
  expect(decideFor(grants, [listPods('prod')])).toBe('refused');
  expect(decideFor(grants, [{ ...listPods('prod'), match: 'entry' }])).toBe('refused');
});
