import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { summedFields } from '../usage-fields.ts';
import type { Namespace } from '../wire/core.ts';

/** Namespaces as `kubectl get namespaces` prints them (`printNamespace`). */
export const namespaces = defineKind({
  group: 'core',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
  menu: { module: 'clusters', order: 20 },
  usage: 'kept',
  facts: (namespace: Namespace) => namespace,
  fields: {
    name: nameColumn,
    status: {
      type: 'text',
      read: ({ status }) => status?.phase ?? '',
      column: {
        header: 'STATUS',
        width: 140,
        level: ({ cells }) => (cells.status === 'Active' ? 'ok' : 'progress'),
      },
    },
    age: ageColumn,
    ...summedFields,
  },
  fieldSelectors: { 'status.phase': 'status' },
});
