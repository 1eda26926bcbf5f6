import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';
import { workloadActions } from './workload-actions.ts';

export const override: KindOverride = {
  ownActions: workloadActions,
  overview: defineAsyncComponent(() => import('./DeploymentOverview.vue')),
};
