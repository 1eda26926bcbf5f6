import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { podRelations } from '../pod/pod-relations.ts';
import { summedFields } from '../usage-fields.ts';
import type { StatefulSet } from '../wire/apps.ts';
import { templateFields } from '../workloads/template-fields.ts';

const templateOf = ({ spec }: StatefulSet) => spec?.template.spec;

/** StatefulSets as `kubectl get statefulsets -o wide` prints them (`printStatefulSet`). */
export const statefulsets = defineKind({
  group: 'apps',
  plural: 'statefulsets',
  kind: 'StatefulSet',
  namespaced: true,
  menu: { module: 'workloads', order: 30 },
  usage: 'kept',
  facts: (statefulSet: StatefulSet) => statefulSet,
  fields: {
    name: nameColumn,
    ready: {
      type: 'number',
      read: ({ status }) => status?.readyReplicas ?? 0,
      column: {
        header: 'READY',
        width: 80,
        text: ({ cells }) => `${cells.ready}/${cells.replicas}`,
        level: ({ cells }) => (cells.ready === cells.replicas ? 'ok' : 'warning'),
      },
    },
    replicas: { type: 'number', read: ({ spec }) => spec?.replicas ?? 1 },
    age: ageColumn,
    ...templateFields(templateOf),
    ...summedFields,
  },
  columns: ['name', 'ready', 'age', 'images'],
  relations: [
    { type: 'owns', kind: 'core/pods' },
    { type: 'selects', kind: 'core/pods', selector: ({ spec }) => spec?.selector ?? null },
    {
      type: 'refersTo',
      kind: 'core/services',
      names: ({ spec }) => (spec?.serviceName ? [spec.serviceName] : []),
    },
    ...podRelations(templateOf),
  ],
});
