import { z } from 'zod';
import { defineAction } from './action.ts';

/** Shows the values of a Secret, which every other answer masks. */
export const reveal = defineAction({
  id: 'reveal',
  on: ['core/secrets'],
  parameters: z.strictObject({
    /** Of `data`; absent: all of them. The other values stay masked. */
    keys: z.array(z.string().min(1).max(253)).min(1).max(1000).optional(),
  }),
  rights: () => [{ verb: 'get' }, { verb: 'get', subresource: 'value' }],
  batch: false,
  dryRun: false,
  audited: ({ keys }) => ({ keys: keys === undefined ? '*' : keys.join(', ').slice(0, 1000) }),
});
