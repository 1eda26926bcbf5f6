import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';
import { usageViewOf } from '../../usage/usage-view.ts';
import { workloadActions } from './workload-actions.ts';

export const override: KindOverride = {
  ...usageViewOf('name', 'runningPods'),
  ownActions: workloadActions,
  skeleton: { spec: { replicas: 1, template: { spec: { containers: [{ name: 'main', image: '' }] } } } },
  form: lazyPart(() => import('./DeploymentForm.vue')),
  overview: lazyPart(() => import('./DeploymentOverview.vue')),
};
