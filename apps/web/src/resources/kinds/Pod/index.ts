import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';
import SelectorLogs from './SelectorLogs.vue';
import { podActions } from './pod-actions.ts';

export const override: KindOverride = {
  hasGracePeriod: true,
  ownActions: podActions,
  listExtra: SelectorLogs,
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
