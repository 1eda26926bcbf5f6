import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';
import StatusCell from './StatusCell.vue';
import SchedulableCell from './SchedulableCell.vue';
import ShareCell from './ShareCell.vue';
import VersionCell from './VersionCell.vue';

export const override: KindOverride = {
  cells: {
    schedulable: SchedulableCell,
    pods: ShareCell,
    cpuRequests: ShareCell,
    cpuLimits: ShareCell,
    memoryRequests: ShareCell,
    memoryLimits: ShareCell,
    status: StatusCell,
    version: VersionCell,
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
