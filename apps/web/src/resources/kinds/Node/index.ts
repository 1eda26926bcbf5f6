import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';
import { groupCells } from './group-cells.ts';
import StatusCell from './StatusCell.vue';
import SchedulableCell from './SchedulableCell.vue';
import ShareCell from './ShareCell.vue';
import VersionCell from './VersionCell.vue';

export const override: KindOverride = {
  cells: {
    schedulable: SchedulableCell,
    pods: ShareCell,
    cpuUsage: ShareCell,
    memoryUsage: ShareCell,
    cpuRequests: ShareCell,
    cpuLimits: ShareCell,
    memoryRequests: ShareCell,
    memoryLimits: ShareCell,
    status: StatusCell,
    version: VersionCell,
  },
  groupCells,
  usageView: {
    columns: [
      'name',
      'status',
      'pods',
      'cpuUsage',
      'cpuRequests',
      'cpuLimits',
      'memoryUsage',
      'memoryRequests',
      'memoryLimits',
    ],
    sort: '-memoryUsageShare',
  },
  overview: lazyPart(() => import('./NodeOverview.vue')),
  tabs: [
    {
      key: 'pods',
      right: { verb: 'list', plural: 'pods' },
      component: lazyPart(() => import('./NodePods.vue')),
    },
    {
      key: 'shell',
      right: { verb: 'create', subresource: 'shell' },
      setting: 'nodeShells',
      component: lazyPart(() => import('./NodeShell.vue')),
      staysAlive: true,
    },
  ],
};
