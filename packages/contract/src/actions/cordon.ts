import { z } from 'zod';
import { defineAction } from './action.ts';

export const cordon = defineAction({
  id: 'cordon',
  on: ['core/nodes'],
  parameters: z.strictObject({
    /** Kept on the node until it is uncordoned. */
    reason: z.string().trim().max(500).default(''),
  }),
  when: [{ cell: 'unschedulable', is: false }],
  audited: ({ reason }) => ({ ...(reason !== '' && { reason }) }),
});
