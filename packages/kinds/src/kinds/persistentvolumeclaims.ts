import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { claimAnew } from '../storage/volume-anew.ts';
import { accessModesText, storageClassOf, volumeLevel, volumeStatus } from '../storage/volume-fields.ts';
import type { PersistentVolumeClaim } from '../wire/core.ts';

/** What a claim got is known once it names its volume. */
const isPlaced = ({ spec }: PersistentVolumeClaim) => Boolean(spec?.volumeName);

/** PersistentVolumeClaims as `kubectl get pvc -o wide` prints them (`printPersistentVolumeClaim`). */
export const persistentvolumeclaims = defineKind({
  group: 'core',
  plural: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  namespaced: true,
  menu: { module: 'storage', order: 10 },
  facts: (claim: PersistentVolumeClaim) => claim,
  anew: claimAnew,
  fields: {
    name: nameColumn,
    status: {
      type: 'text',
      read: volumeStatus,
      column: { header: 'STATUS', width: 120, level: ({ cells }) => volumeLevel(cells.status) },
    },
    volume: {
      type: 'text',
      read: ({ spec }) => spec?.volumeName ?? '',
      column: { header: 'VOLUME', width: 220, refersTo: 'core/persistentvolumes' },
    },
    capacity: {
      type: 'text',
      read: (claim) => (isPlaced(claim) ? String(claim.status?.capacity?.storage ?? '0') : ''),
      column: { header: 'CAPACITY', width: 96 },
    },
    accessModes: {
      type: 'text',
      read: (claim) => (isPlaced(claim) ? accessModesText(claim.status?.accessModes) : ''),
      column: { header: 'ACCESS MODES', width: 130 },
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
    age: ageColumn,
    volumeMode: {
      type: 'text',
      read: ({ spec }) => spec?.volumeMode ?? '<unset>',
      column: { header: 'VOLUMEMODE', wide: true },
    },
  },
  columns: ['name', 'status', 'volume', 'capacity', 'accessModes', 'storageClass', 'age'],
  relations: [
    {
      type: 'refersTo',
      kind: 'core/persistentvolumes',
      names: ({ spec }) => (spec?.volumeName ? [spec.volumeName] : []),
    },
    {
      type: 'refersTo',
      kind: 'storage.k8s.io/storageclasses',
      names: (claim) => [storageClassOf(claim)].filter(Boolean),
    },
  ],
});
