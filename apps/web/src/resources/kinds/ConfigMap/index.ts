import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';

export const override: KindOverride = {
  afterSave: defineAsyncComponent(() => import('../../detail/RestartUsers.vue')),
  form: defineAsyncComponent(() => import('./ConfigMapForm.vue')),
  overview: defineAsyncComponent(() => import('./ConfigMapOverview.vue')),
};
