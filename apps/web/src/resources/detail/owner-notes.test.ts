import { writeKubectlYaml, type KubernetesObject } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { ownerNotes } from './owner-notes.ts';

const entry = (manager: string, fieldsV1: object) => ({ manager, operation: 'Update', time: 't', fieldsV1 });
const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    managedFields: [
      entry('kubectl', {
        'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
      }),
      entry('scaler', {
        'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } },
        'f:status': { 'f:phase': {} },
      }),
    ],
  },
  spec: { containers: [{ image: 'nginx', name: 'web' }] },
} as KubernetesObject;

test('at the line of the field, several owners together; what is not shown has none', () => {
  const text = writeKubectlYaml(object);
  const words = {
    short: (owner: { manager: string }) => owner.manager,
    long: (owner: { manager: string }) => `by ${owner.manager}`,
  };
  const notes = ownerNotes(object, text, words);
  const lineOf = (at: number) => text.slice(at).split('\n', 1)[0];
  expect(notes.map(({ at, text: note, title }) => [lineOf(at), note, title])).toEqual([
    ['  - image: nginx', 'kubectl, scaler', 'by kubectl\nby scaler'],
    ['    name: web', 'kubectl', 'by kubectl'],
  ]);
});
