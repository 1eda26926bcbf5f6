import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { yamlOf } from './yaml-text.ts';

const object = {
  status: { phase: 'Running' },
  kind: 'Pod',
  metadata: {
    name: 'web',
    managedFields: [{ manager: 'kubectl' }],
    labels: { on: 'yes', version: '1e3', mode: '0755' },
  },
  apiVersion: 'v1',
};

test('reads back the same by the rules kubectl reads with', () => {
  const { metadata, ...rest } = object;
  const { managedFields: _hidden, ...shown } = metadata;
  expect(parse(yamlOf(object, { withManagedFields: false }), { version: '1.1' })).toEqual({
    ...rest,
    metadata: shown,
  });
  expect(yamlOf(object, { withManagedFields: false })).toMatch(/^apiVersion: v1\nkind: Pod\nmetadata:\n/);
});

test('managedFields are there when asked for', () => {
  expect(parse(yamlOf(object, { withManagedFields: true }))).toMatchObject({
    metadata: { managedFields: [{ manager: 'kubectl' }] },
  });
});
