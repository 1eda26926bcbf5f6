import { expect, test } from 'vitest';
import { keptAnnotations, withoutServerFields } from './without-server-fields.ts';

const [lastApplied, revision] = keptAnnotations;

test('what the server set goes, what was written stays', () => {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: '0b9c',
      resourceVersion: '12',
      generation: 3,
      creationTimestamp: '2026-01-01T00:00:00Z',
      deletionTimestamp: '2026-01-02T00:00:00Z',
      deletionGracePeriodSeconds: 30,
      selfLink: '/x',
      managedFields: [{ manager: 'kubectl' }],
      labels: { app: 'web' },
      annotations: { [lastApplied]: '{}', [revision]: '3', team: 'a' },
    },
    spec: { replicas: 2, template: { metadata: { labels: { app: 'web' } } } },
    status: { replicas: 2 },
  };
  const before = structuredClone(object);
  expect(withoutServerFields(object)).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: { team: 'a' } },
    spec: object.spec,
  });
  expect(object).toEqual(before);
});

test('annotations that are empty then go as well, an object without metadata stays as it is', () => {
  expect(withoutServerFields({ metadata: { name: 'a', annotations: { [lastApplied]: '{}' } } })).toEqual({
    metadata: { name: 'a' },
  });
  expect(withoutServerFields({ kind: 'Status' })).toEqual({ kind: 'Status' });
});
