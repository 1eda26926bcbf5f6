import { lazyPart } from '../../../components/lazy-part.ts';
import type { KindOverride } from '../../override.ts';

export const override: KindOverride = {
  skeleton: { spec: { type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP' }] } },
  form: lazyPart(() => import('./ServiceForm.vue')),
  overview: lazyPart(() => import('./ServiceOverview.vue')),
};
