import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';

export const override: KindOverride = {
  overview: lazyPart(() => import('./NamespaceOverview.vue')),
};
