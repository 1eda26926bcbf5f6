import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';
import StatusCell from '../../StatusCell.vue';
import SchedulableCell from './SchedulableCell.vue';
import ShareCell from './ShareCell.vue';

export const nodeOverride: KindOverride = {
  defaultColumns: [
    'name',
    'status',
    'schedulable',
    'roles',
    'pods',
    'cpuRequests',
    'cpuLimits',
    'memoryRequests',
    'memoryLimits',
    'version',
    'age',
  ],
  extraColumns: [
    {
      id: 'schedulable',
      text: (row) => String(row.cells.unschedulable !== true),
      width: 96,
      component: SchedulableCell,
    },
  ],
  cells: {
    status: StatusCell,
    pods: ShareCell,
    cpuRequests: ShareCell,
    cpuLimits: ShareCell,
    memoryRequests: ShareCell,
    memoryLimits: ShareCell,
  },
  overview: defineAsyncComponent(() => import('./NodeOverview.vue')),
  tabs: [
    {
      key: 'pods',
      right: { verb: 'list', plural: 'pods' },
      component: defineAsyncComponent(() => import('./NodePods.vue')),
    },
  ],
};
