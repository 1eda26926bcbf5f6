import { z } from 'zod';
import { defineAction } from './action.ts';

/** `kubectl set image`. */
export const setImage = defineAction({
  id: 'set-image',
  on: ['apps/deployments', 'apps/statefulsets', 'apps/daemonsets'],
  parameters: z.strictObject({
    /** Image by name of a container or init container; the others stay. */
    images: z
      .array(
        z.strictObject({
          container: z.string().min(1).max(63),
          image: z.string().trim().min(1).max(1024).regex(/^\S+$/, 'image'),
        }),
      )
      .min(1)
      .max(100),
  }),
  impact: () => 'disruptive',
  audited: ({ images }) => ({
    images: images
      .map(({ container, image }) => `${container}=${image}`)
      .join(', ')
      .slice(0, 1000),
  }),
});
