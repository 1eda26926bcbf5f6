import { describe, expect, test } from 'vitest';
import { parseFieldPath, pathText, plainPath, valueAt } from './path.ts';

const object = {
  metadata: { labels: { 'app.kubernetes.io/name': 'web', a: '1' }, finalizers: ['x/y'] },
  data: { 'tls.crt': 'a', 'a].b': 'c', '0': 'zero' },
  spec: {
    containers: [
      { name: 'side', ports: [{ containerPort: 80, protocol: 'UDP' }] },
      { name: 'we"b', ports: [{ containerPort: 80, protocol: 'TCP' }] },
    ],
    template: { spec: {} },
  },
};

describe('as the apiserver writes them', () => {
  test.each([
    [
      'spec.template.spec.containers[0].ports[1].name',
      ['spec', 'template', 'spec', 'containers', 0, 'ports', 1, 'name'],
    ],
    ['spec.containers[1].ports[0]', ['spec', 'containers', 1, 'ports', 0]],
    ['data[tls.crt]', ['data', 'tls.crt']],
    ['data[a].b]', ['data', 'a].b']],
    ['data[new.key]', ['data', 'new.key']],
    ['data[0]', ['data', '0']],
    ['metadata.labels.app.kubernetes.io/name', ['metadata', 'labels', 'app.kubernetes.io/name']],
    ['.spec.containers[name="we\\"b"].image', ['spec', 'containers', 1, 'image']],
    [
      '.spec.containers[name="side"].ports[containerPort=80,protocol="UDP"].name',
      ['spec', 'containers', 0, 'ports', 0, 'name'],
    ],
    ['.metadata.finalizers[="x/y"]', ['metadata', 'finalizers', 0]],
    ['spec', ['spec']],
  ])('%s', (text, path) => expect(parseFieldPath(text, object)).toEqual(path));

  test.each(['', '<nil>', '[', 'spec[', 'a b.c', 'x'.repeat(5000)])('%j is none', (text) =>
    expect(parseFieldPath(text, object)).toBeNull(),
  );

  test('an item that is not there keeps what was said', () => {
    expect(parseFieldPath('.spec.containers[name="gone"].image', object)).toEqual([
      'spec',
      'containers',
      'name="gone"',
      'image',
    ]);
  });
});

test('written, they can be read again', () => {
  for (const path of [
    ['data', 'tls.crt'],
    ['spec', 'containers', 1, 'ports', 0, 'containerPort'],
    ['metadata', 'labels', 'app.kubernetes.io/name'],
  ])
    expect(parseFieldPath(pathText(path), object)).toEqual(path);
  expect(
    pathText(['spec', 'containers', { name: 'web' }, 'ports', { containerPort: 80, protocol: 'TCP' }]),
  ).toBe('spec.containers[name=web].ports[containerPort=80,protocol=TCP]');
  expect(pathText(['data', '0'])).not.toBe(pathText(['data', 0]));
});

test('an item is found by its key', () => {
  const path = ['spec', 'containers', { name: 'side' }, 'ports', { protocol: 'UDP' }, 'containerPort'];
  expect(valueAt(object, path)).toBe(80);
  expect(plainPath(object, path)).toEqual(['spec', 'containers', 0, 'ports', 0, 'containerPort']);
  expect(plainPath(object, ['spec', 'containers', { name: 'x' }])).toBeNull();
  expect(valueAt(object, ['metadata', 'constructor'])).toBeUndefined();
});
