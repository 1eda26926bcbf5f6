import { z } from 'zod';
import { defineAction } from './action.ts';

/** `kubectl rollout pause`. */
export const pause = defineAction({
  id: 'pause',
  on: ['apps/deployments'],
  parameters: z.strictObject({}),
  when: [{ cell: 'paused', is: true, not: true }],
});
