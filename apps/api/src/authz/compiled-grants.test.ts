import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEnforcer, userSubject } from './casbin.ts';
import { compileGrants } from './compiled-grants.ts';
import { coveringDomains } from './domain.ts';
import { objectMatches, domainCovers } from '@pilothouse/contract';
import type { Policies } from './policy-source.ts';
import { RoleRules } from './role-rules.ts';

// small alphabets, so that wider and narrower, equal and nearly equal ones meet often
const domain = fc.constantFrom(
  '*',
  'cluster:1',
  'cluster:12',
  'cluster:1/a',
  'cluster:1/ab',
  'cluster:12/a',
  'tree:1',
  'tree:1/2',
  'tree:1/2/3',
  'tree:12',
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

const policies: fc.Arbitrary<Policies> = fc.record({
  permissions: fc.uniqueArray(fc.record({ roleId, object: pattern, action: granted }), {
    maxLength: 12,
    selector: (rule) => JSON.stringify(rule),
  }),
  grants: fc.uniqueArray(fc.record({ userId, roleId, domain }), {
    maxLength: 8,
    selector: (grant) => JSON.stringify(grant),
  }),
});

test('compiled rights answer every question as casbin does', async () => {
  const questions = fc.array(fc.tuple(userId, domain, object, action), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(policies, questions, async (given, asked) => {
      const enforcer = await createEnforcer(given);
      for (const [user, dom, obj, act] of asked) {
        const compiled = await compileGrants(enforcer, user);
        const casbin = await enforcer.enforce(userSubject(user), dom, obj, act);
        expect(compiled.allows(dom, obj, act), `${user} ${dom} ${obj} ${act}`).toBe(casbin);
      }
    }),
    { numRuns: 200 },
  );
});

test('what is allowed below is every granted domain below at which it is allowed', async () => {
  await fc.assert(
    fc.asyncProperty(policies, userId, domain, object, action, async (given, user, dom, obj, act) => {
      const compiled = await compileGrants(await createEnforcer(given), user);
      const expected = new Set<string>();
      for (const { domain: granted } of given.grants.filter((grant) => grant.userId === user)) {
        if (granted === dom || !domainCovers(dom, granted)) continue;
        const alone = given.grants.filter((grant) => grant.domain === granted);
        const enforcer = await createEnforcer({ ...given, grants: alone });
        if (await enforcer.enforce(userSubject(user), granted, obj, act)) expected.add(granted);
      }
      const inOrder = [...expected]
        .toSorted()
        .map((each) => (dom === '*' ? each : each.slice(dom.length + 1)));
      expect(compiled.below(dom, obj, act)).toEqual(inOrder);
      expect(compiled.below(dom, obj, act), 'asked again').toEqual(inOrder);
    }),
  );
});

test('what is touched has a grant at it, above or below', async () => {
  await fc.assert(
    fc.asyncProperty(policies, userId, domain, async (given, user, dom) => {
      const compiled = await compileGrants(await createEnforcer(given), user);
      const allowing = new Set(given.permissions.map((permission) => permission.roleId));
      const granted = given.grants
        .filter((grant) => grant.userId === user && allowing.has(grant.roleId))
        .map((grant) => grant.domain);
      const touching = granted.filter((each) => domainCovers(each, dom) || domainCovers(dom, each));
      expect(compiled.touches(dom)).toBe(touching.length > 0);
      const clusters = granted.flatMap((each) => /^cluster:([^/]+)/.exec(each)?.[1] ?? []);
      expect(new Set(compiled.clusterIds)).toEqual(new Set(clusters));
      expect(compiled.grantedEverywhere).toBe(granted.includes('*'));
    }),
  );
});

test('invented objects make it forget, not grow or err', () => {
  const rules = new RoleRules([
    { object: 'k8s/core/*', action: 'get' },
    { object: '/users', action: 'All' },
  ]);
  for (let index = 0; index < 5000; index += 1) {
    expect(rules.allows(`k8s/core/pods/x${index}`, 'get')).toBe(false);
    expect(rules.allows('k8s/core/pods', 'get')).toBe(true);
    expect(rules.allows('/users', 'PATCH')).toBe(true);
  }
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
    expect(coveringDomains(narrower).includes(wider)).toBe(expected);
  });
});

describe('an object', () => {
  test.each([
    ['k8s/core/pods', 'k8s/core/pods', true],
    ['k8s/core/pods', 'k8s/core/pods/exec', false],
    ['k8s/core/*', 'k8s/core/pods', true],
    ['k8s/core/*', 'k8s/core/pods/exec', false],
    ['k8s/core/**', 'k8s/core/pods/exec', true],
    ['k8s/core/pods/**', 'k8s/core/pods', true],
    ['k8s/core/pods/**', 'k8s/core/podsx', false],
    ['**', '/users/{user}', true],
    ['/users', '/users/{user}', false],
    ['*', 'k8s/core/pods', false],
  ])('%s covers %s: %s', (wider, object, expected) => {
    expect(objectMatches(wider, object)).toBe(expected);
  });
});
