import { uuid } from '@pilothouse/contract';
import { z } from 'zod';
import type { Author } from '../../../authz/principal.ts';
import { OperationCancelled } from '../../../operations/lease-keeper.ts';
import type { ItemOutcome, OperationActor } from '../../../operations/operation-handler.ts';

/** An instance, as an item of an operation names it. */
export const instanceItem = z.strictObject({
  instance: uuid,
  /** For the audit log: `acme.games.shop.cart/main`. */
  name: z.string(),
});
export type InstanceItem = z.output<typeof instanceItem>;

/** Who changes what an operation changes. */
export function authorOf({ userId, username }: OperationActor): Author {
  if (userId === null) throw new Error('Only users change instances');
  return { userId, username };
}

/** How an item that a cancel has found waiting is left. */
export async function orCancelled(work: Promise<void>, left: ItemOutcome): Promise<ItemOutcome | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof OperationCancelled) return left;
    throw error;
  }
}
