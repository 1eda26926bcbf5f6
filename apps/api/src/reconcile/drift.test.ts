import type { KubernetesObject } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { driftOf } from './drift.ts';

const rendered = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { a: '1', b: '2' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { a: '1' } },
    template: {
      spec: {
        containers: [
          {
            name: 'app',
            image: 'web:1',
            args: ['-v', '2'],
            ports: [{ containerPort: 80 }],
            resources: { requests: { cpu: '1000m' } },
          },
        ],
      },
    },
  },
} as KubernetesObject;

/** All of it, as an apiserver notes it; `taken` are fields of the container that are not ours any more. */
function live(change: object, taken: readonly string[] = [], others: object = {}): KubernetesObject {
  const container: Record<string, unknown> = {
    '.': {},
    'f:name': {},
    'f:image': {},
    'f:args': {},
    'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
    'f:resources': { 'f:requests': { 'f:cpu': {} } },
  };
  for (const field of taken) delete container[field];
  const own = {
    'f:metadata': { 'f:labels': { 'f:a': {}, 'f:b': {} } },
    'f:spec': {
      ...(!taken.includes('f:replicas') && { 'f:replicas': {} }),
      'f:selector': {},
      'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': container } } },
    },
  };
  return {
    metadata: {
      name: 'web',
      labels: { a: '1', b: '2' },
      managedFields: [
        { manager: 'pilothouse-apps', operation: 'Apply', apiVersion: 'apps/v1', fieldsV1: own },
        { manager: 'kubectl-edit', operation: 'Update', apiVersion: 'apps/v1', fieldsV1: others },
      ],
    },
    ...change,
  } as KubernetesObject;
}

const containerOf = (change: object) => ({
  spec: {
    replicas: 2,
    selector: { matchLabels: { a: '1' } },
    template: {
      spec: {
        containers: [
          { name: 'helper', image: 'x' },
          {
            name: 'app',
            image: 'web:1',
            args: ['-v', '2'],
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            // as the cluster writes it
            resources: { requests: { cpu: '1' } },
            ...change,
          },
        ],
      },
    },
  },
});
const byOther = (field: string) => ({
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { [field]: {} } } } } },
});
const path = (rest: string) => `spec.template.spec.containers[name=app].${rest}`;

test('nothing of what is still ours, however the cluster writes it; what others have added is theirs', () => {
  expect(driftOf(rendered, live(containerOf({})))).toEqual([]);
});

test('a value that another has set, with both', () => {
  const found = live(containerOf({ image: 'web:2' }), ['f:image'], byOther('f:image'));
  expect(driftOf(rendered, found)).toEqual([
    { kind: 'Deployment', name: 'web', path: path('image'), wanted: 'web:1', found: 'web:2' },
  ]);
});

test('a list that is one value', () => {
  const found = live(containerOf({ args: ['-v', '9'] }), ['f:args'], byOther('f:args'));
  expect(driftOf(rendered, found)).toMatchObject([
    { path: path('args'), wanted: ['-v', '2'], found: ['-v', '9'] },
  ]);
});

test('what was taken out has no value', () => {
  const { resources: _resources, ...container } = containerOf({}).spec.template.spec.containers[1] as {
    resources: object;
  };
  const found = live({ spec: { replicas: 2, template: { spec: { containers: [container] } } } }, [
    'f:resources',
  ]);
  const [field, ...rest] = driftOf(rendered, found);
  expect(rest).toEqual([]);
  expect(field).toEqual({
    kind: 'Deployment',
    name: 'web',
    path: path('resources'),
    wanted: { requests: { cpu: '1000m' } },
  });
});

test('the same value set by another as well is none', () => {
  expect(
    driftOf(rendered, live(containerOf({}), ['f:replicas'], { 'f:spec': { 'f:replicas': {} } })),
  ).toEqual([]);
});

test('values of a Secret are not told', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { password: 'Y2FuYXJ5' },
  } as KubernetesObject;
  const found = {
    metadata: { name: 's', managedFields: [] },
    data: { password: 'b3RoZXI=' },
  } as unknown as KubernetesObject;
  expect(driftOf(secret, found)).toEqual([
    { kind: 'Secret', name: 's', path: 'data.password', wanted: '***', found: '***' },
  ]);
});
