import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { formatLabels, formatLabelSelector } from '../label-selector.ts';
import { podRelations } from '../pod/pod-relations.ts';
import { summedFields } from '../usage-fields.ts';
import type { DaemonSet } from '../wire/apps.ts';
import { templateFields } from '../workloads/template-fields.ts';

const templateOf = ({ spec }: DaemonSet) => spec?.template.spec;

/** DaemonSets as `kubectl get daemonsets -o wide` prints them (`printDaemonSet`). */
export const daemonsets = defineKind({
  group: 'apps',
  plural: 'daemonsets',
  kind: 'DaemonSet',
  namespaced: true,
  menu: { module: 'workloads', order: 40 },
  usage: 'kept',
  facts: (daemonSet: DaemonSet) => daemonSet,
  fields: {
    name: nameColumn,
    desired: {
      type: 'number',
      read: ({ status }) => status?.desiredNumberScheduled ?? 0,
      column: { header: 'DESIRED', width: 90 },
    },
    current: {
      type: 'number',
      read: ({ status }) => status?.currentNumberScheduled ?? 0,
      column: { header: 'CURRENT', width: 90 },
    },
    ready: {
      type: 'number',
      read: ({ status }) => status?.numberReady ?? 0,
      column: {
        header: 'READY',
        width: 80,
        level: ({ cells }) => (cells.ready === cells.desired ? 'ok' : 'warning'),
      },
    },
    upToDate: {
      type: 'number',
      read: ({ status }) => status?.updatedNumberScheduled ?? 0,
      column: { header: 'UP-TO-DATE', width: 100 },
    },
    available: {
      type: 'number',
      read: ({ status }) => status?.numberAvailable ?? 0,
      column: { header: 'AVAILABLE', width: 100 },
    },
    nodeSelector: {
      type: 'text',
      read: ({ spec }) => formatLabels(spec?.template.spec?.nodeSelector),
      column: { header: 'NODE SELECTOR', width: 200 },
    },
    age: ageColumn,
    ...templateFields(templateOf),
    selector: {
      type: 'text',
      read: ({ spec }) => formatLabelSelector(spec?.selector),
      column: { header: 'SELECTOR', wide: true, width: 220 },
    },
    ...summedFields,
  },
  relations: [
    { type: 'owns', kind: 'core/pods' },
    { type: 'selects', kind: 'core/pods', selector: ({ spec }) => spec?.selector ?? null },
    ...podRelations(templateOf),
  ],
});
