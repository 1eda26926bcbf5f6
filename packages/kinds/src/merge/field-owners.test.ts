import { expect, test } from 'vitest';
import type { KubernetesObject } from '../kind.ts';
import { fieldOwners } from './field-owners.ts';
import { pathText } from './path.ts';

const owned = (fieldsV1: unknown, more: object = {}) =>
  ({
    metadata: { managedFields: [{ manager: 'kubectl', operation: 'Update', time: 't', fieldsV1, ...more }] },
  }) as KubernetesObject;

test('each end of each entry, with its manager', () => {
  const fields = {
    'f:metadata': {
      'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {} },
      'f:finalizers': { 'v:"a/b"': {} },
    },
    'f:spec': {
      'f:replicas': {},
      'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {} } },
    },
  };
  const found = fieldOwners(owned(fields, { subresource: 'scale' }));
  expect(found.map(({ path }) => pathText(path))).toEqual([
    'metadata.labels',
    'metadata.labels[app.kubernetes.io/name]',
    'metadata.finalizers[="a/b"]',
    'spec.replicas',
    'spec.containers[name=web]',
    'spec.containers[name=web].image',
  ]);
  expect(found[0]).toEqual({
    path: ['metadata', 'labels'],
    manager: 'kubectl',
    operation: 'Update',
    subresource: 'scale',
    time: 't',
  });
});

test('what is no field is left out, however deep or odd', () => {
  expect(fieldOwners({})).toEqual([]);
  expect(fieldOwners(owned({ 'k:{': {}, 'k:[1]': {}, 'i:"x"': {}, odd: {} }))).toEqual([]);
  let deep: Record<string, unknown> = {};
  for (let level = 0; level < 5000; level += 1) deep = { 'f:a': deep };
  expect(fieldOwners(owned(deep))).toEqual([]);
});
