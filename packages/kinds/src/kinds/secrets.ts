import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { Secret } from '../wire/core.ts';

/** Secrets as `kubectl get secrets` prints them (`printSecret`): the number of their keys and nothing of their values. */
export const secrets = defineKind({
  group: 'core',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
  menu: { module: 'config', order: 20 },
  facts: (secret: Secret) => secret,
  fields: {
    name: nameColumn,
    type: { type: 'text', read: ({ type }) => type ?? '', column: { header: 'TYPE', width: 260 } },
    data: {
      type: 'number',
      read: ({ data = {} }) => Object.keys(data).length,
      column: { header: 'DATA', width: 80 },
    },
    age: ageColumn,
    immutable: { type: 'boolean', read: ({ immutable }) => immutable === true, column: { width: 100 } },
  },
  fieldSelectors: { type: 'type' },
});
