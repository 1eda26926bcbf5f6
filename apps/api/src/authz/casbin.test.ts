import { CompiledGrants, domainText, type Domain, type TreeNodes } from '@pilothouse/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  casbinDomain,
  createEnforcer,
  createModel,
  domainCovers,
  PolicyIndex,
  userSubject,
} from './casbin.ts';
import type { Policies } from './policies.repository.ts';

/** 2 and 4 below 1, 3 below 2; 12 stands alone; nobody knows 5. */
const above: Record<string, string[]> = { 1: [], 2: ['1'], 3: ['2', '1'], 4: ['1'], 12: [] };
const tree: TreeNodes = { lineOf: (node) => (above[node] === undefined ? [] : [node, ...above[node]]) };

// small alphabets, so that wider and narrower, equal and nearly equal ones meet often
const domain: fc.Arbitrary<Domain> = fc.constantFrom(
  { kind: 'all' },
  { kind: 'cluster', cluster: '1' },
  { kind: 'cluster', cluster: '12' },
  { kind: 'namespace', cluster: '1', namespace: 'a' },
  { kind: 'namespace', cluster: '1', namespace: 'ab' },
  { kind: 'namespace', cluster: '12', namespace: 'a' },
  ...['1', '2', '3', '4', '5', '12'].map((node): Domain => ({ kind: 'tree', node })),
);
const object = fc.constantFrom(
  'k8s/core/pods',
  'k8s/core/pods/exec',
  'k8s/core/podsx',
  'k8s/apps/deployments',
  '/users',
  '/users/{user}',
);
const pattern = fc.oneof(
  object,
  fc.constantFrom('**', 'k8s/**', 'k8s/core/*', 'k8s/*/pods', 'k8s/core/pods/**', '/users/**', '*'),
);
const action = fc.constantFrom('get', 'list', 'create', 'GET');
const granted = fc.oneof(action, fc.constant('All'));
const roleId = fc.constantFrom('r1', 'r2', 'r3');
const userId = fc.constantFrom('u1', 'u2');
const groupId = fc.constantFrom('g1', 'g2');
const subject = fc.oneof(
  fc.record({ kind: fc.constant('user' as const), id: userId }),
  fc.record({ kind: fc.constant('group' as const), id: groupId }),
);

const listOf = <T>(item: fc.Arbitrary<T>, maxLength: number) =>
  fc.uniqueArray(item, { maxLength, selector: (each) => JSON.stringify(each) });
const policies: fc.Arbitrary<Policies> = fc.record({
  permissions: listOf(fc.record({ roleId, object: pattern, action: granted }), 12),
  grants: listOf(
    fc.record({ id: fc.constant('g'), subject, roleId, domain, expiresAt: fc.constant(null) }),
    8,
  ),
  members: listOf(fc.record({ userId, groupId }), 4),
  nestings: listOf(fc.constant({ childId: 'g1', parentId: 'g2' }), 1),
});

function compile(given: Policies, user: string): CompiledGrants {
  return new CompiledGrants(new PolicyIndex(createModel(given, tree)).ownGrants(user), tree);
}

/** casbin's own answer. Where nobody knows the node, only a grant everywhere covers it. */
async function casbinAnswer(given: Policies) {
  const enforcer = await createEnforcer(createModel(given, tree));
  return (user: string, where: Domain, obj: string, act: string) =>
    enforcer.enforce(userSubject(user), casbinDomain(where, tree) ?? 'tree:?', obj, act);
}

/** Where a user has a role that allows anything, through groups as well; nodes nobody knows are nowhere. */
function domainsOf({ permissions, grants, members, nestings }: Policies, user: string): Domain[] {
  const allowing = new Set(permissions.map((permission) => permission.roleId));
  const groups = new Set(members.filter((member) => member.userId === user).map((member) => member.groupId));
  for (const { childId, parentId } of nestings) if (groups.has(childId)) groups.add(parentId);
  return grants
    .filter((grant) => allowing.has(grant.roleId) && casbinDomain(grant.domain, tree) !== undefined)
    .filter((grant) =>
      grant.subject.kind === 'user' ? grant.subject.id === user : groups.has(grant.subject.id),
    )
    .map((grant) => grant.domain);
}

test('compiled rights answer every question as casbin does', async () => {
  const questions = fc.array(fc.tuple(userId, domain, object, action), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(policies, questions, async (given, asked) => {
      const casbin = await casbinAnswer(given);
      for (const [user, where, obj, act] of asked) {
        const compiled = compile(given, user);
        const allowed = await casbin(user, where, obj, act);
        expect(compiled.allows(where, obj, act), `${user} ${domainText(where)} ${obj} ${act}`).toBe(allowed);
        expect(compiled.allows(where, obj, act), 'asked again').toBe(allowed);
      }
    }),
    { numRuns: 200 },
  );
});

test('a list is narrowed to every namespace granted in which it is allowed', async () => {
  await fc.assert(
    fc.asyncProperty(policies, userId, object, action, async (given, user, obj, act) => {
      const narrower = {
        ...given,
        grants: given.grants.filter((grant) => grant.domain.kind === 'namespace'),
      };
      const casbin = await casbinAnswer(narrower);
      const compiled = compile(given, user);
      for (const cluster of ['1', '12']) {
        const expected = [];
        for (const namespace of ['a', 'ab']) {
          if (await casbin(user, { kind: 'namespace', cluster, namespace }, obj, act))
            expected.push(namespace);
        }
        expect(compiled.namespacesAllowing(cluster, obj, act)).toEqual(expected);
        expect(compiled.namespacesAllowing(cluster, obj, act), 'asked again').toEqual(expected);
      }
    }),
  );
});

test('what is touched has a grant at it, above or below', () => {
  fc.assert(
    fc.property(policies, userId, domain, (given, user, where) => {
      const compiled = compile(given, user);
      const texts = domainsOf(given, user).map((each) => casbinDomain(each, tree) ?? '');
      const asked = casbinDomain(where, tree) ?? 'tree:?';
      const touching = texts.filter((each) => domainCovers(each, asked) || domainCovers(asked, each));
      expect(compiled.touches(where)).toBe(touching.length > 0);
    }),
  );
});

test('grants in clusters show these clusters, those in the tree neither a cluster nor the platform', () => {
  fc.assert(
    fc.property(policies, userId, (given, user) => {
      const compiled = compile(given, user);
      const domains = domainsOf(given, user);
      const clusters = domains.flatMap((each) => ('cluster' in each ? [each.cluster] : []));
      expect(new Set(compiled.clusters)).toEqual(new Set(clusters));
      expect(compiled.grantedEverywhere).toBe(domains.some(({ kind }) => kind === 'all'));
    }),
  );
});

describe('a domain', () => {
  test.each([
    ['*', 'cluster:1/a', true],
    ['cluster:1', 'cluster:1', true],
    ['cluster:1', 'cluster:1/a', true],
    ['cluster:1', 'cluster:12', false],
    ['cluster:1/a', 'cluster:1/ab', false],
    ['cluster:1/a', 'cluster:1', false],
    ['cluster:1', '*', false],
    ['tree:1/2', 'tree:1/2/3', true],
    ['tree:1', 'cluster:1', false],
  ])('%s covers %s: %s', (wider, narrower, expected) => {
    expect(domainCovers(wider, narrower)).toBe(expected);
  });
});
