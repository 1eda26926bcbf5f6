import { z } from 'zod';
import { defineAction } from './action.ts';

export const cordon = defineAction({
  id: 'cordon',
  on: ['core/nodes'],
  parameters: z.strictObject({}),
  impact: () => 'disruptive',
  when: [{ cell: 'unschedulable', is: false }],
});
