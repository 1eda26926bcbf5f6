import { expect, test } from 'vitest';
import type { Pod } from '../wire/core.ts';
import { podRelations } from './pod-relations.ts';

const relations = podRelations((pod: Pod) => pod.spec);
const namesOf = (spec: Pod['spec']) =>
  relations.flatMap((relation) => {
    if (!('names' in relation)) return [];
    const names = relation.names(spec === undefined ? {} : { spec });
    return names.length === 0 ? [] : [[relation.type, relation.kind, ...names]];
  });

test('everything a pod takes from others is named, once each, whoever of its containers takes it', () => {
  const from = (name: string) => [{ configMapRef: { name } }, { secretRef: { name } }];
  expect(
    namesOf({
      nodeName: 'n1',
      serviceAccountName: 'builder',
      imagePullSecrets: [{ name: 'registry' }],
      initContainers: [{ name: 'i', envFrom: from('early') }],
      containers: [
        { name: 'a', envFrom: [...from('early'), ...from('late')] },
        {
          name: 'b',
          env: [
            { name: 'PLAIN', value: 'x' },
            { name: 'C', valueFrom: { configMapKeyRef: { name: 'settings', key: 'c' } } },
            { name: 'S', valueFrom: { secretKeyRef: { name: 'passwords', key: 's' } } },
          ],
        },
      ],
      volumes: [
        { name: '1', configMap: { name: 'files' } },
        { name: '2', secret: { secretName: 'keys' } },
        { name: '3', persistentVolumeClaim: { claimName: 'data' } },
        {
          name: '4',
          projected: { sources: [{ configMap: { name: 'root-ca' } }, { secret: { name: 'keys' } }] },
        },
        { name: '5', emptyDir: {} },
      ],
    }),
  ).toEqual([
    ['mounts', 'core/configmaps', 'files', 'root-ca'],
    ['mounts', 'core/secrets', 'keys'],
    ['mounts', 'core/persistentvolumeclaims', 'data'],
    ['env', 'core/configmaps', 'settings'],
    ['env', 'core/secrets', 'passwords'],
    ['envFrom', 'core/configmaps', 'early', 'late'],
    ['envFrom', 'core/secrets', 'early', 'late'],
    ['refersTo', 'core/secrets', 'registry'],
    ['refersTo', 'core/serviceaccounts', 'builder'],
    ['refersTo', 'core/nodes', 'n1'],
  ]);
});

test('a pod without a spec takes nothing', () => {
  expect(namesOf(undefined)).toEqual([]);
});
