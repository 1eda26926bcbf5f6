import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { formatLabels, formatLabelSelector } from '../label-selector.ts';
import { podRelations } from '../pod/pod-relations.ts';
import { summedFields } from '../usage-fields.ts';
import type { DaemonSet } from '../wire/apps.ts';
import { containerImages, containerNames } from '../workloads/template-fields.ts';

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
    containers: {
      type: 'text',
      read: ({ spec }) => containerNames(spec?.template.spec),
      column: { header: 'CONTAINERS', wide: true, width: 160 },
    },
    images: {
      type: 'text',
      read: ({ spec }) => containerImages(spec?.template.spec),
      column: { header: 'IMAGES', wide: true, width: 280 },
    },
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
    ...podRelations((daemonSet: DaemonSet) => daemonSet.spec?.template.spec),
  ],
});
