import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEnforcer, userSubject } from './casbin.ts';
import { compileGrants } from './compiled-grants.ts';
import { coveringDomains } from './domain.ts';
import { objectMatches, domainCovers } from '@pilothouse/contract';
import type { Policies } from './policy-source.ts';

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

test('what is allowed below is what is allowed at each granted domain below', async () => {
  await fc.assert(
    fc.asyncProperty(policies, userId, domain, object, action, async (given, user, dom, obj, act) => {
      const enforcer = await createEnforcer(given);
      const compiled = await compileGrants(enforcer, user);
      const granted = new Set(
        given.grants.filter((grant) => grant.userId === user).map((grant) => grant.domain),
      );
      for (const below of compiled.below(dom, obj, act)) {
        expect(granted).toContain(below);
        expect(domainCovers(dom, below) && below !== dom).toBe(true);
        expect(await enforcer.enforce(userSubject(user), below, obj, act)).toBe(true);
      }
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
