import { describe, expect, it } from 'vitest';
import { apiPath } from './api-path.ts';

const pods = { group: 'core', version: 'v1', plural: 'pods' };

describe('apiPath', () => {
  it.each([
    [{ ...pods }, '/api/v1/pods'],
    [{ ...pods, group: '' }, '/api/v1/pods'],
    [
      { ...pods, namespace: 'demo', name: 'web-0', subresource: 'log' },
      '/api/v1/namespaces/demo/pods/web-0/log',
    ],
    [
      { group: 'apps', version: 'v1', plural: 'deployments', namespace: 'a' },
      '/apis/apps/v1/namespaces/a/deployments',
    ],
    [
      { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterroles', name: 'system:node' },
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node',
    ],
  ])('%j is %s', (ref, path) => {
    expect(apiPath(ref)).toBe(path);
  });

  const bad = [
    '',
    '.',
    '..',
    '../../kube-system/pods/x',
    'a/b',
    'a%2fb',
    '%2e',
    'a?b',
    'a#b',
    'a\\b',
    'a b',
    'a\nb',
    'é',
  ];
  const hostile = [...bad, 'a'.repeat(300), 'A'.repeat(254), '..;', '\u0000'];

  it.each(hostile)('refuses %j as any part', (text) => {
    const parts = ['group', 'version', 'plural', 'namespace', 'name', 'subresource'] as const;
    for (const part of parts) {
      // the empty group is the core group
      if (part === 'group' && text === '') continue;
      const ref = { ...pods, namespace: 'demo', name: 'web-0', [part]: text };
      expect(() => apiPath(ref)).toThrow(expect.objectContaining({ reason: 'invalidName' }));
    }
  });

  it('refuses what is not text', () => {
    const name = ['..'] as unknown as string;
    expect(() => apiPath({ ...pods, name })).toThrow(expect.objectContaining({ reason: 'invalidName' }));
  });

  it('refuses a subresource of nothing', () => {
    expect(() => apiPath({ ...pods, subresource: 'log' })).toThrow(
      expect.objectContaining({ reason: 'invalidName' }),
    );
  });
});
