import { CompiledGrants, decide, noTree, type Domain } from '@pilothouse/contract';
import { describe, expect, test } from 'vitest';
import { rightsOfRules, type PolicyRule } from './contained-rights.ts';

const domain: Domain = { kind: 'namespace', cluster: 'quay', namespace: 'shop' };

function covers(permissions: string[], rules: PolicyRule[], grantedIn = 'cluster:1/shop'): boolean {
  const policies = permissions.map((permission) => {
    const [object = '', action = ''] = permission.split(' ');
    return { object, action };
  });
  const own = { roles: [{ name: 'r', policies }], grants: [{ role: 'r', domain: grantedIn }] };
  const grants = new CompiledGrants(own, noTree);
  return decide(grants, rightsOfRules(rules, domain), () => '1').allowed;
}

const rule = (apiGroups: string[], resources: string[], verbs: string[], more: PolicyRule = {}) => ({
  apiGroups,
  resources,
  verbs,
  ...more,
});

describe('what a rule contains is covered', () => {
  test.each<[string, string[], PolicyRule[]]>([
    ['by the same', ['k8s/core/pods get'], [rule([''], ['pods'], ['get'])]],
    ['of a subresource', ['k8s/core/pods/log get'], [rule([''], ['pods/log'], ['get'])]],
    ['by any action', ['k8s/apps/deployments All'], [rule(['apps'], ['deployments'], ['*'])]],
    ['by a pattern', ['k8s/apps/** All'], [rule(['apps'], ['*'], ['*'])]],
    ['by everything', ['k8s/** All'], [rule(['*'], ['*'], ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }]],
    ['of every resource', ['k8s/*/*/scale update'], [rule(['*'], ['*/scale'], ['update'])]],
    ['where the rule says nothing', [], [rule([''], ['pods'], []), rule([], ['pods'], ['get']), {}]],
    [
      'by the right on all names',
      ['k8s/core/pods get'],
      [rule([''], ['pods'], ['get'], { resourceNames: ['a'] })],
    ],
  ])('%s', (_name, permissions, rules) => expect(covers(permissions, rules)).toBe(true));
});

describe('and is not', () => {
  test.each<[string, string[], PolicyRule[]]>([
    ['by less', ['k8s/core/pods get'], [rule([''], ['pods', 'secrets'], ['get'])]],
    [
      'by another verb',
      ['k8s/core/pods get', 'k8s/core/pods list'],
      [rule([''], ['pods'], ['get', 'watch'])],
    ],
    ['by every verb one by one', ['k8s/core/pods get'], [rule([''], ['pods'], ['*'])]],
    [
      'by the resource without its subresource',
      ['k8s/core/pods create'],
      [rule([''], ['pods/exec'], ['create'])],
    ],
    ['by resources without their subresources', ['k8s/core/* All'], [rule([''], ['*'], ['*'])]],
    ['by one group', ['k8s/apps/** All'], [rule(['*'], ['deployments'], ['get'])]],
    ['by a pattern of the wrong length', ['k8s/* All', 'k8s/*/* All'], [rule(['*'], ['*'], ['*'])]],
    ['where a URL is given', ['k8s/core/** All'], [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }]],
    ['by rights on the platform', ['/clusters/{cluster} GET'], [rule([''], ['pods'], ['get'])]],
  ])('%s', (_name, permissions, rules) => expect(covers(permissions, rules)).toBe(false));

  test('elsewhere', () => {
    const rules = [rule([''], ['pods'], ['get'])];
    expect(covers(['k8s/core/pods get'], rules, 'cluster:1/other')).toBe(false);
    expect(covers(['k8s/core/pods get'], rules, 'cluster:12')).toBe(false);
    expect(covers(['k8s/core/pods get'], rules, 'cluster:1')).toBe(true);
  });

  test('where rules say more than can be asked one by one', () => {
    const many = Array.from({ length: 200 }, (_, index) => `r${index}`);
    const rules = [rule([''], many, many)];
    expect(rightsOfRules(rules, domain)).toHaveLength(2);
    expect(covers(['k8s/core/** All'], rules)).toBe(false);
    expect(covers(['k8s/** All'], rules)).toBe(true);
  });
});
