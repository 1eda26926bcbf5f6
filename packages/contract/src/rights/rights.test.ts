import { describe, expect, test } from 'vitest';
import { domainText, parseDomain, type Domain } from './domain.ts';
import { objectMatches } from './object-matches.ts';
import { RoleRules } from './role-rules.ts';

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

describe('a domain', () => {
  test.each<[string, Domain]>([
    ['*', { kind: 'all' }],
    ['cluster:one', { kind: 'cluster', cluster: 'one' }],
    ['cluster:one/shop', { kind: 'namespace', cluster: 'one', namespace: 'shop' }],
    ['tree:n', { kind: 'tree', node: 'n' }],
  ])('is written %s and read again', (text, domain) => {
    expect(domainText(domain)).toBe(text);
    expect(parseDomain(text)).toEqual(domain);
  });

  test('of the tree may stand behind its ancestors', () => {
    expect(parseDomain('tree:a/b/c')).toEqual({ kind: 'tree', node: 'c' });
  });

  test.each(['', 'cluster:', 'cluster:a/b/c', 'tree:', 'clusters:a', 'all', 'platform'])(
    'is not %j',
    (text) => {
      expect(parseDomain(text)).toBeUndefined();
    },
  );
});
