import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';
import { usageViewOf } from '../../usage/usage-view.ts';

export const override: KindOverride = {
  ...usageViewOf('name', 'runningPods'),
  overview: lazyPart(() => import('./NamespaceOverview.vue')),
};
