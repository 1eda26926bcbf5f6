import { defineAsyncComponent } from 'vue';
import type { KindOverride } from '../../override.ts';
import { workloadActions } from './workload-actions.ts';

export const override: KindOverride = {
  ownActions: workloadActions,
  skeleton: { spec: { replicas: 1, template: { spec: { containers: [{ name: 'main', image: '' }] } } } },
  form: defineAsyncComponent(() => import('./DeploymentForm.vue')),
  overview: defineAsyncComponent(() => import('./DeploymentOverview.vue')),
};
