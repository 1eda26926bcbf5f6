import { applicationSpec, specOverrides } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { specIssues } from './spec-issues.ts';
import { specPath } from './spec-path.ts';

const spec = {
  container: {
    env: [{ name: 'A' }, { name: 'my.dotted' }],
    volumeMounts: [{ name: 'data', mountPath: '/var/a.b' }],
    resources: { requests: { 'nvidia.com/gpu': '1' } },
  },
};

test.each([
  ['container.env.1.name', ['container', 'env', 1, 'name']],
  ['container.env.A', ['container', 'env', 0]],
  ['container.env.my.dotted.value', ['container', 'env', 1, 'value']],
  ['container.volumeMounts./var/a.b', ['container', 'volumeMounts', 0]],
  ['container.resources.requests.nvidia.com/gpu', ['container', 'resources', 'requests', 'nvidia.com/gpu']],
  ['container.ports.0.name', ['container', 'ports', 0, 'name']],
  // inherited: the list itself is where it belongs
  ['container.env.ELSEWHERE', ['container', 'env']],
  ['', []],
])('%s', (text, path) => {
  expect(specPath(text, spec)).toEqual(path);
});

/** Paths and messages of what a schema does not accept. */
function said(schema: typeof applicationSpec | typeof specOverrides, value: unknown) {
  const { error } = schema.safeParse(value);
  return specIssues(error?.issues ?? [], value).map(({ path, message }) => [path.join('.'), message]);
}

test('of a union it is said what is wrong with what was meant, not that it is nothing at all', () => {
  expect(said(specOverrides, { container: { env: [{ name: '1x', value: 'a' }] } })).toEqual([
    ['container.env.0.name', 'envName'],
  ]);
});

test('a field that is not there is named', () => {
  expect(said(applicationSpec, { container: { comand: [] } })).toEqual([['container.comand', 'unknown']]);
});
