import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';
import { usageViewOf } from '../../usage/usage-view.ts';
import SelectorLogs from './SelectorLogs.vue';
import { podActions } from './pod-actions.ts';

export const override: KindOverride = {
  hasGracePeriod: true,
  ownActions: podActions,
  listExtra: SelectorLogs,
  ...usageViewOf('name', 'node'),
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
    {
      key: 'ports',
      right: { verb: 'create', subresource: 'portforward' },
      setting: 'portForwards',
      component: lazyPart(() => import('./PodForwards.vue')),
    },
  ],
};
