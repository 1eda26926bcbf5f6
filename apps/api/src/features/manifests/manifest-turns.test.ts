import { expect, test } from 'vitest';
import { inTurns } from './manifest-turns.ts';

const kind = (name: string, group: string, namespaced: boolean) => ({
  located: { kind: { group, kind: name, namespaced, version: 'v1', plural: `${name.toLowerCase()}s` } },
});
const namespace = kind('Namespace', '', false);
const definition = kind('CustomResourceDefinition', 'apiextensions.k8s.io', false);
const account = kind('ServiceAccount', '', true);
const map = kind('ConfigMap', '', true);
const deployment = kind('Deployment', 'apps', true);
const role = kind('Role', 'rbac.authorization.k8s.io', true);
const custom = kind('Thing', 'example.com', true);

test('what others need goes first, the rest as written; only neighbours that do not mind share a turn', () => {
  const texts = [map, custom, account, map, deployment, role, deployment, map, definition, namespace];
  expect(inTurns(texts).map(({ located, turn }) => [located.kind.kind, turn])).toEqual([
    ['CustomResourceDefinition', 0],
    ['Namespace', 1],
    ['ConfigMap', 2],
    ['Thing', 3],
    ['ServiceAccount', 4],
    ['ConfigMap', 5],
    ['Deployment', 5],
    ['Role', 6],
    ['Deployment', 7],
    ['ConfigMap', 7],
  ]);
});
