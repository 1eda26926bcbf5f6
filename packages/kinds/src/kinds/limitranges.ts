import { ageByChoice, createdAtColumn, defineKind, nameColumn } from '../kind.ts';
import type { LimitRange } from '../wire/core.ts';

/** LimitRanges as `kubectl get limitranges` prints them (they have no printer of their own). */
export const limitranges = defineKind({
  group: 'core',
  plural: 'limitranges',
  kind: 'LimitRange',
  namespaced: true,
  menu: { module: 'config', order: 40 },
  facts: (range: LimitRange) => range,
  fields: {
    name: nameColumn,
    createdAt: createdAtColumn,
    types: {
      type: 'text',
      read: ({ spec }) => (spec?.limits ?? []).map(({ type }) => type).join(','),
      column: { width: 260 },
    },
    age: ageByChoice,
  },
  columns: ['name', 'types', 'age'],
});
