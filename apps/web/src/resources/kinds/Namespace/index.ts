import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';

export const override: KindOverride = {
  overview: defineAsyncComponent(() => import('./NamespaceOverview.vue')),
};
