import { z } from 'zod';
import { defineAction } from './action.ts';

const podTemplate = z.record(z.string(), z.unknown());

/** A revision of an object, as `kubectl rollout history` lists it. */
const revision = z.object({
  revision: z.int(),
  /** The ReplicaSet that keeps it. */
  name: z.string(),
  uid: z.string(),
  /** Annotation `kubernetes.io/change-cause`. */
  cause: z.string().nullable(),
  createdAt: z.string().nullable(),
  images: z.array(z.string()),
  template: podTemplate,
});

/** What each object could go back to, newest first, and what it is now. */
export const undoPlan = z.object({
  items: z.array(
    z.object({
      namespace: z.string().optional(),
      name: z.string(),
      paused: z.boolean(),
      /** The present template. */
      template: podTemplate,
      /** Null where none of the revisions is the present one. */
      present: z.int().nullable(),
      /** Where it would go; null: nowhere. */
      target: z.int().nullable(),
      revisions: z.array(revision),
    }),
  ),
});

/** `kubectl rollout undo`. */
export const undo = defineAction({
  id: 'undo',
  on: ['apps/deployments'],
  parameters: z.strictObject({
    /** Absent or 0: the revision before the present one. */
    toRevision: z.int().min(0).optional(),
  }),
  rights: () => [{ verb: 'patch' }, { verb: 'list', group: 'apps', plural: 'replicasets' }],
  impact: () => 'disruptive',
  plan: undoPlan,
  audited: ({ toRevision = 0 }) => ({ toRevision }),
});
