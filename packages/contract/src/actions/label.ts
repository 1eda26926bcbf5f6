import { z } from 'zod';
import { defineAction } from './action.ts';
import { auditedKeys, labelValue, metadataChanges } from './metadata-changes.ts';

/** What would become of each object's labels. */
export const labelPlan = z.object({
  objects: z.array(
    z.object({
      namespace: z.string().nullable(),
      name: z.string(),
      uid: z.string(),
      /** Not there any more, or another one by now. */
      isGone: z.boolean(),
      /** Given back with the action: it is done only where this is still so. */
      seen: z.string(),
      /** A value is null where there is no such label. */
      changes: z.array(z.object({ key: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
    }),
  ),
});

/** `kubectl label`. */
export const label = defineAction({
  id: 'label',
  on: 'any',
  parameters: metadataChanges(labelValue),
  plan: labelPlan,
  audited: auditedKeys,
});
