import { z } from 'zod';
import { defineAction } from './action.ts';

export const propagationPolicy = z.enum(['Background', 'Foreground', 'Orphan']);

/** `kubectl delete`. */
export const deleteAction = defineAction({
  id: 'delete',
  on: 'any',
  parameters: z.strictObject({
    /** Seconds; 0 deletes at once, absent is the object's own. */
    gracePeriodSeconds: z.int().min(0).max(86_400).optional(),
    /** What becomes of its dependents; kubectl's default is Background. */
    propagationPolicy: propagationPolicy.default('Background'),
  }),
  rights: () => [{ verb: 'delete' }],
  impact: () => 'destructive',
  audited: ({ gracePeriodSeconds, propagationPolicy: propagation }) => ({
    propagationPolicy: propagation,
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
  }),
});
