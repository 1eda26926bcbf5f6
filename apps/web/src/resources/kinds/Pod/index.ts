import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';
import SelectorLogs from './SelectorLogs.vue';
import { podActions } from './pod-actions.ts';

export const override: KindOverride = {
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
      staysAlive: true,
    },
  ],
};
