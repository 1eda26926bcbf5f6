import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';
import SchedulableCell from './SchedulableCell.vue';
import ShareCell from './ShareCell.vue';

export const override: KindOverride = {
  cells: {
    schedulable: SchedulableCell,
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
