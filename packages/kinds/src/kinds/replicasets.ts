import { ageColumn, defineKind, nameColumn, ownerColumn } from '../kind.ts';
import { formatLabelSelector } from '../label-selector.ts';
import { podRelations } from '../pod/pod-relations.ts';
import type { ReplicaSet } from '../wire/apps.ts';
import { templateFields } from '../workloads/template-fields.ts';

const templateOf = ({ spec }: ReplicaSet) => spec?.template?.spec;

/** ReplicaSets as `kubectl get replicasets -o wide` prints them (`printReplicaSet`). */
export const replicasets = defineKind({
  group: 'apps',
  plural: 'replicasets',
  kind: 'ReplicaSet',
  namespaced: true,
  menu: { module: 'workloads', order: 70 },
  usage: 'kept',
  facts: (replicaSet: ReplicaSet) => replicaSet,
  fields: {
    name: nameColumn,
    desired: {
      type: 'number',
      read: ({ spec }) => spec?.replicas ?? 1,
      column: { header: 'DESIRED', width: 90 },
    },
    current: {
      type: 'number',
      read: ({ status }) => status?.replicas ?? 0,
      column: { header: 'CURRENT', width: 90 },
    },
    ready: {
      type: 'number',
      read: ({ status }) => status?.readyReplicas ?? 0,
      column: { header: 'READY', width: 80 },
    },
    age: ageColumn,
    ...templateFields(templateOf),
    selector: {
      type: 'text',
      read: ({ spec }) => formatLabelSelector(spec?.selector),
      column: { header: 'SELECTOR', wide: true, width: 220 },
    },
    owner: ownerColumn,
  },
  columns: ['name', 'desired', 'current', 'ready', 'owner', 'age', 'images'],
  fieldSelectors: { 'status.replicas': 'current' },
  relations: [
    { type: 'owns', kind: 'core/pods' },
    { type: 'selects', kind: 'core/pods', selector: ({ spec }) => spec?.selector ?? null },
    ...podRelations(templateOf),
  ],
});
