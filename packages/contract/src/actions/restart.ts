import { z } from 'zod';
import { defineAction } from './action.ts';

/** `kubectl rollout restart`. */
export const restart = defineAction({
  id: 'restart',
  on: ['apps/deployments', 'apps/statefulsets', 'apps/daemonsets'],
  parameters: z.strictObject({}),
  impact: () => 'disruptive',
});
