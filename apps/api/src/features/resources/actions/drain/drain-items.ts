import { actions, keptDrainPlan } from '@pilothouse/contract';
import { z } from 'zod';

const node = { node: z.string(), uid: z.string() };

/** What a drain’s operation is given. */
export const drainInput = z.strictObject({
  group: z.string(),
  plural: z.string(),
  parameters: actions.drain.parameters,
});
export type DrainInput = z.output<typeof drainInput>;

/** The items of a drain: all nodes are cordoned first, then each is drained, pod by pod. */
export const drainItem = z.discriminatedUnion('part', [
  z.strictObject({
    part: z.literal('cordonAll'),
    nodes: z.array(z.strictObject(node)),
    /** What was foreseen; nothing is done by it. */
    plan: keptDrainPlan.nullable().default(null),
  }),
  z.strictObject({ part: z.literal('cordon'), ...node }),
  z.strictObject({ part: z.literal('node'), ...node }),
  z.strictObject({
    part: z.literal('pod'),
    node: z.string(),
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
  }),
  z.strictObject({ part: z.literal('uncordon'), ...node }),
]);
export type DrainItem = z.output<typeof drainItem>;
export type PartOf<Part extends DrainItem['part']> = Extract<DrainItem, { part: Part }>;

/** The nodes that an item is about. */
export function nodesOf(item: DrainItem): string[] {
  return item.part === 'cordonAll' ? item.nodes.map(({ node: name }) => name) : [item.node];
}
