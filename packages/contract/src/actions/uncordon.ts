import { z } from 'zod';
import { defineAction } from './action.ts';

export const uncordon = defineAction({
  id: 'uncordon',
  on: ['core/nodes'],
  parameters: z.strictObject({}),
  when: [{ cell: 'unschedulable', is: true }],
});
