import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { StorageClass } from '../wire/storage.ts';

const defaultMarks = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** StorageClasses as `kubectl get storageclasses` prints them (`printStorageClass`). */
export const storageclasses = defineKind({
  group: 'storage.k8s.io',
  plural: 'storageclasses',
  kind: 'StorageClass',
  namespaced: false,
  menu: { module: 'storage', order: 30 },
  facts: (storageClass: StorageClass) => storageClass,
  fields: {
    name: {
      column: {
        ...nameColumn.column,
        text: ({ name, cells }) => (cells.isDefault === true ? `${name} (default)` : name),
      },
    },
    isDefault: {
      type: 'boolean',
      read: ({ metadata }) => defaultMarks.some((mark) => metadata?.annotations?.[mark] === 'true'),
    },
    provisioner: {
      type: 'text',
      read: ({ provisioner }) => provisioner ?? '',
      column: { header: 'PROVISIONER', width: 240 },
    },
    reclaimPolicy: {
      type: 'text',
      read: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
      column: { header: 'RECLAIMPOLICY', width: 130 },
    },
    volumeBindingMode: {
      type: 'text',
      read: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
      column: { header: 'VOLUMEBINDINGMODE', width: 190 },
    },
    allowVolumeExpansion: {
      type: 'boolean',
      read: ({ allowVolumeExpansion }) => allowVolumeExpansion === true,
      column: { header: 'ALLOWVOLUMEEXPANSION', width: 190 },
    },
    age: ageColumn,
  },
});
