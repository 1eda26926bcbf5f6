import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';
import PodUsageCell from './PodUsageCell.vue';
import SelectorLogs from './SelectorLogs.vue';
import { podActions } from './pod-actions.ts';

const usageColumns = [
  'cpuUsage',
  'cpuUsageOfRequests',
  'cpuUsageOfLimits',
  'memoryUsage',
  'memoryUsageOfRequests',
  'memoryUsageOfLimits',
];

export const override: KindOverride = {
  hasGracePeriod: true,
  ownActions: podActions,
  listExtra: SelectorLogs,
  cells: Object.fromEntries(usageColumns.map((id) => [id, PodUsageCell])),
  usageView: {
    columns: [
      'name',
      'node',
      'cpuUsage',
      'cpuUsageOfRequests',
      'cpuUsageOfLimits',
      'memoryUsage',
      'memoryUsageOfRequests',
      'memoryUsageOfLimits',
      'cpuRequests',
      'cpuLimits',
      'memoryRequests',
      'memoryLimits',
    ],
    sort: '-memoryUsage',
  },
  overview: lazyPart(() => import('./PodOverview.vue')),
  tabs: [
    {
      key: 'logs',
      right: { verb: 'get', subresource: 'log' },
      component: lazyPart(() => import('./PodLogs.vue')),
    },
    {
      key: 'shell',
      right: { verb: 'create', subresource: 'exec' },
      component: lazyPart(() => import('./PodShell.vue')),
      staysAlive: true,
    },
  ],
};
