import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';
import StatusCell from '../../StatusCell.vue';
import NodeLinkCell from './NodeLinkCell.vue';
import SelectorLogs from './SelectorLogs.vue';
import { podActions } from './pod-actions.ts';

export const podOverride: KindOverride = {
  defaultColumns: ['name', 'ready', 'status', 'restarts', 'age', 'ip', 'node'],
  cells: { status: StatusCell, node: NodeLinkCell },
  hasGracePeriod: true,
  ownActions: podActions,
  listExtra: SelectorLogs,
  overview: defineAsyncComponent(() => import('./PodOverview.vue')),
  tabs: [
    {
      key: 'logs',
      right: { verb: 'get', subresource: 'log' },
      component: defineAsyncComponent(() => import('./PodLogs.vue')),
    },
    {
      key: 'shell',
      right: { verb: 'create', subresource: 'exec' },
      component: defineAsyncComponent(() => import('./PodShell.vue')),
    },
  ],
};
