import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';

export const override: KindOverride = {
  form: defineAsyncComponent(() => import('./ConfigMapForm.vue')),
  overview: defineAsyncComponent(() => import('./ConfigMapOverview.vue')),
};
