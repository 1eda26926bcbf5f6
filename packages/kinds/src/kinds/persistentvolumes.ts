import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { volumeAnew } from '../storage/volume-anew.ts';
import { accessModesText, storageClassOf, volumeLevel, volumeStatus } from '../storage/volume-fields.ts';
import type { PersistentVolume } from '../wire/core.ts';

/** PersistentVolumes as `kubectl get pv -o wide` prints them (`printPersistentVolume`). */
export const persistentvolumes = defineKind({
  group: 'core',
  plural: 'persistentvolumes',
  kind: 'PersistentVolume',
  namespaced: false,
  menu: { module: 'storage', order: 20 },
  facts: (volume: PersistentVolume) => volume,
  anew: volumeAnew,
  fields: {
    name: nameColumn,
    capacity: {
      type: 'text',
      read: ({ spec }) => String(spec?.capacity?.storage ?? '0'),
      column: { header: 'CAPACITY', width: 96 },
    },
    accessModes: {
      type: 'text',
      read: ({ spec }) => accessModesText(spec?.accessModes),
      column: { header: 'ACCESS MODES', width: 130 },
    },
    reclaimPolicy: {
      type: 'text',
      read: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
      column: { header: 'RECLAIM POLICY', width: 130 },
    },
    status: {
      type: 'text',
      read: volumeStatus,
      column: { header: 'STATUS', width: 120, level: ({ cells }) => volumeLevel(cells.status) },
    },
    claim: {
      type: 'text',
      read: ({ spec }) =>
        spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
      column: { header: 'CLAIM', width: 220 },
    },
    storageClass: {
      type: 'text',
      read: storageClassOf,
      column: { header: 'STORAGECLASS', width: 130, refersTo: 'storage.k8s.io/storageclasses' },
    },
    volumeAttributesClass: {
      type: 'text',
      read: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
      column: { header: 'VOLUMEATTRIBUTESCLASS', width: 170 },
    },
    reason: { type: 'text', read: ({ status }) => status?.reason ?? '', column: { header: 'REASON' } },
    age: ageColumn,
    volumeMode: {
      type: 'text',
      read: ({ spec }) => spec?.volumeMode ?? '<unset>',
      column: { header: 'VOLUMEMODE', wide: true },
    },
  },
  columns: ['name', 'capacity', 'accessModes', 'reclaimPolicy', 'status', 'claim', 'storageClass', 'age'],
  relations: [
    {
      type: 'refersTo',
      kind: 'storage.k8s.io/storageclasses',
      names: (volume) => [storageClassOf(volume)].filter(Boolean),
    },
  ],
});
