import { z } from 'zod';
import { defineAction } from './action.ts';
import { labelValue, qualifiedName } from './metadata-changes.ts';

/** What a taint does to pods that do not tolerate it; case counts. */
export const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;
const effect = z.enum(taintEffects);

interface Changes {
  set: { key: string; value: string; effect: string }[];
  remove: { key: string; effect?: string | undefined }[];
}

function isEachOnce({ set }: Changes): boolean {
  return new Set(set.map((taint) => `${taint.key}:${taint.effect}`)).size === set.length;
}

/** kubectl refuses to modify and remove the same taint at once (`cmd/taint/taint.go`). */
function isEitherWay({ set, remove }: Changes): boolean {
  return set.every((taint) =>
    remove.every((each) => each.key !== taint.key || (each.effect ?? taint.effect) !== taint.effect),
  );
}

/** What would become of each node's taints, and of the pods on it. */
export const taintPlan = z.object({
  nodes: z.array(
    z.object({
      name: z.string(),
      uid: z.string(),
      /** Not there any more, or another one by now. */
      isGone: z.boolean(),
      /** Given back with the action: it is done only where this is still so. */
      seen: z.string(),
      /** A value is null where there is no such taint. */
      changes: z.array(
        z.object({
          key: z.string(),
          effect: z.string(),
          from: z.string().nullable(),
          to: z.string().nullable(),
        }),
      ),
      /** Those that NoExecute takes off the node. */
      pods: z.array(
        z.object({
          namespace: z.string(),
          name: z.string(),
          uid: z.string(),
          owner: z.string().nullable(),
          /** How long it tolerates to stay, in seconds; 0: it goes at once. */
          seconds: z.int(),
        }),
      ),
    }),
  ),
});

/** `kubectl taint`: a taint is the same one by key and effect; a removal without an effect takes all of its key. */
export const taint = defineAction({
  id: 'taint',
  on: ['core/nodes'],
  parameters: z
    .strictObject({
      set: z
        .array(z.strictObject({ key: qualifiedName, value: labelValue.default(''), effect }))
        .max(100)
        .default([]),
      remove: z
        .array(z.strictObject({ key: qualifiedName, effect: effect.optional() }))
        .max(100)
        .default([]),
      /** Without it a taint that has another value already is refused. */
      overwrite: z.boolean().default(false),
    })
    .refine(({ set, remove }) => set.length + remove.length > 0, 'nothingToDo')
    .refine(isEachOnce, 'taintTwice')
    .refine(isEitherWay, 'setAndRemoved'),
  // whoever takes pods off a node sees which
  rights: ({ set = [] }) => [
    { verb: 'patch' },
    ...(set.some((each) => each.effect === 'NoExecute')
      ? [{ verb: 'list', group: 'core', plural: 'pods', clusterWide: true }]
      : []),
  ],
  impact: ({ set = [] }) => (set.some((each) => each.effect === 'NoExecute') ? 'destructive' : 'none'),
  plan: taintPlan,
  audited: ({ set, remove }) => ({
    set: set
      .map((each) => `${each.key}${each.value === '' ? '' : `=${each.value}`}:${each.effect}`)
      .join(', ')
      .slice(0, 1000),
    remove: remove
      .map((each) => `${each.key}${each.effect === undefined ? '' : `:${each.effect}`}`)
      .join(', ')
      .slice(0, 1000),
  }),
});
