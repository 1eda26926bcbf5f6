import { z } from 'zod';
import { defineAction } from './action.ts';

/** `kubectl rollout resume`. */
export const resume = defineAction({
  id: 'resume',
  on: ['apps/deployments'],
  parameters: z.strictObject({}),
  when: [{ cell: 'paused', is: true }],
});
