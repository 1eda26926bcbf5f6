import { z } from 'zod';
import { defineAction } from './action.ts';

export const cordon = defineAction({
  id: 'cordon',
  on: ['core/nodes'],
  parameters: z.strictObject({}),
  when: [{ cell: 'unschedulable', is: false }],
});
