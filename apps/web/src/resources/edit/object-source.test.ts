import { endpoints } from '@pilothouse/contract';
import { beforeEach, expect, test, vi } from 'vitest';
import { call } from '../../api/call.ts';
import { existingObject, newObject, restoredObject } from './object-source.ts';

vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
const called = vi.mocked(call);
const answer = (value: unknown) => called.mockResolvedValueOnce(value as never);
beforeEach(() => called.mockReset());

const schemas = () => Promise.resolve(null);
const resource = { cluster: 'berlin', group: 'core', plural: 'configmaps' };
const options = { dryRun: true, fieldValidation: 'Strict' } as const;

test('a change is sent as a patch of the version that was read', async () => {
  const place = { ...resource, namespace: 'shop', name: 'a' };
  const source = existingObject(place, schemas);
  answer({ object: { kind: 'ConfigMap' }, state: 'live' });
  expect(await source.load()).toEqual({ kind: 'ConfigMap' });
  answer({ object: { kind: 'ConfigMap' }, warnings: ['w'] });
  const patch = { data: { a: null } };
  expect(await source.save({ type: 'edit', patch, resourceVersion: '7', uid: 'u' }, options)).toEqual({
    object: { kind: 'ConfigMap' },
    warnings: ['w'],
  });
  expect(called.mock.lastCall).toEqual([
    endpoints.patchResource,
    {
      params: place,
      query: { dryRun: 'true', fieldValidation: 'Strict' },
      body: { type: 'merge', patch, resourceVersion: '7', uid: 'u' },
    },
  ]);
});

test.each([
  [true, { name: '', namespace: 'shop' }],
  [false, { name: '' }],
])('a new one begins as the cluster serves its kind (namespaced: %s)', async (namespaced, metadata) => {
  answer({ apiVersion: 'v1', kind: 'ConfigMap', namespaced, verbs: [] });
  const source = newObject(resource, { namespace: 'shop', model: null, schemas });
  expect(await source.load()).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
});

test('it goes where its own text says', async () => {
  const source = newObject(resource, { namespace: 'shop', model: null, schemas });
  for (const [namespace, place] of [
    ['elsewhere', 'elsewhere'],
    [undefined, '_'],
  ]) {
    const object = { metadata: { name: 'a', ...(namespace === undefined ? {} : { namespace }) } };
    answer({ object, warnings: [] });
    await source.save({ type: 'create', object }, { ...options, dryRun: false });
    expect(called.mock.lastCall?.[1]).toEqual({
      params: { ...resource, namespace: place },
      query: { dryRun: 'false', fieldValidation: 'Strict' },
      body: { object },
    });
  }
});

test('a copy takes along what was written, without name, owners and what the server set', async () => {
  const metadata = {
    name: 'a',
    namespace: 'shop',
    labels: { app: 'a' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'x' },
    uid: 'u',
    resourceVersion: '1',
    ownerReferences: [{ kind: 'A' }],
    finalizers: ['f'],
    generateName: 'a-',
  };
  answer({ object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1' }, status: {} } });
  const source = newObject(resource, { namespace: null, model: { namespace: 'shop', name: 'a' }, schemas });
  expect(await source.load()).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: '', namespace: 'shop', labels: { app: 'a' }, annotations: { note: 'x' } },
    data: { a: '1' },
  });
});

test('a copy leaves to the cluster what it gives to each object', async () => {
  const spec = { clusterIP: '10.0.0.7', ports: [{ port: 80, nodePort: 30_080 }] };
  answer({ object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'shop' }, spec } });
  const services = { ...resource, plural: 'services' };
  const source = newObject(services, { namespace: null, model: { namespace: 'shop', name: 'a' }, schemas });
  expect(await source.load()).toEqual(expect.objectContaining({ spec: { ports: [{ port: 80 }] } }));
});

test('what is gone is restored as a new object: what the cluster gave the old one is left to it', async () => {
  const place = { cluster: 'berlin', group: 'batch', plural: 'jobs', namespace: 'shop', name: 'a' };
  const labels = { app: 'a', 'batch.kubernetes.io/controller-uid': 'u' };
  const selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'a', namespace: 'shop', uid: 'u', labels },
    spec: { selector, template: { metadata: { labels } } },
  };
  const wanted = { entry: 'e', image: 'before' } as const;
  answer({ object: job, current: null });
  const written = {
    ...job,
    metadata: { name: 'a', namespace: 'shop', labels: { app: 'a' } },
    spec: { template: { metadata: { labels: { app: 'a' } } } },
  };
  const gone = await restoredObject(place, wanted, schemas);
  expect([gone.mode, gone.proposed, await gone.load()]).toEqual(['create', written, written]);
  // of one that is there it stays: it cannot be changed
  answer({ object: job, current: job });
  expect((await restoredObject(place, wanted, schemas)).proposed).toMatchObject({ spec: { selector } });
});
