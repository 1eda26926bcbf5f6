import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';

export const override: KindOverride = {
  form: defineAsyncComponent(() => import('./ServiceForm.vue')),
  overview: defineAsyncComponent(() => import('./ServiceOverview.vue')),
};
