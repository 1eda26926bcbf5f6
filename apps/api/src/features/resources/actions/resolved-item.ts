import { actionTarget, type ActionTarget, type QuickActionId } from '@pilothouse/contract';
import { z } from 'zod';
import { toAppError } from '../../../http/error-handler.ts';
import type { ServedKind } from '../resource-cluster.ts';
import { subjectOf } from './act.ts';
import { implementations } from './index.ts';

/** One object's part of a batch. */
export const batchItem = z.strictObject({
  target: actionTarget,
  /** What was fixed at submit; or why that could not be, which is the item's failure. */
  resolved: z.unknown(),
  refusal: z
    .strictObject({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) })
    .optional(),
});
export type BatchItem = z.output<typeof batchItem>;

/** An object's item with what will be written fixed, or with why that cannot be said. */
export async function resolvedItem(
  id: QuickActionId,
  kind: ServedKind | Promise<ServedKind>,
  target: ActionTarget,
  parameters: unknown,
): Promise<BatchItem> {
  try {
    const resolved = await implementations[id].resolve?.(subjectOf(await kind, target), parameters);
    return { target, resolved: resolved ?? null };
  } catch (error) {
    const { code, params } = toAppError(error);
    if (code === 'internal') throw error;
    return { target, resolved: null, refusal: { code, params } };
  }
}
