import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';

export const override: KindOverride = {
  skeleton: { spec: { type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP' }] } },
  form: defineAsyncComponent(() => import('./ServiceForm.vue')),
  overview: defineAsyncComponent(() => import('./ServiceOverview.vue')),
};
