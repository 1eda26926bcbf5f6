import { defineAsyncComponent } from 'vue';
import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';

export const override: KindOverride = {
  afterSave: defineAsyncComponent(() => import('../../detail/RestartUsers.vue')),
  form: lazyPart(() => import('./ConfigMapForm.vue')),
  overview: lazyPart(() => import('./ConfigMapOverview.vue')),
};
