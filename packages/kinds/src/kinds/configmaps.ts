import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { ConfigMap } from '../wire/core.ts';

/** ConfigMaps as `kubectl get configmaps` prints them (`printConfigMap`), and whether they are immutable. */
export const configmaps = defineKind({
  group: 'core',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  menu: { module: 'config', order: 10 },
  facts: (configMap: ConfigMap) => configMap,
  fields: {
    name: nameColumn,
    data: {
      type: 'number',
      read: ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
      column: { header: 'DATA', width: 80 },
    },
    age: ageColumn,
    immutable: { type: 'boolean', read: ({ immutable }) => immutable === true, column: { width: 100 } },
  },
  columns: ['name', 'data', 'immutable', 'age'],
});
