import { moveRight, uuid } from '@pilothouse/contract';
import { z } from 'zod';
import type { Authoriser } from '../../../authz/authoriser.ts';
import { AppError } from '../../../http/app-error.ts';
import { OperationCancelled } from '../../../operations/lease-keeper.ts';
import type { ItemOutcome, ItemRun, OperationHandler } from '../../../operations/operation-handler.ts';
import { authorOf, instanceItem } from '../operations/instance-item.ts';
import type { InstanceProgress } from '../operations/instance-progress.ts';
import type { InstanceMoves } from './instance-moves.ts';

export const moveKind = 'instances.move';

const moveInput = z.strictObject({
  application: uuid,
  /** The namespace's id. */
  to: uuid,
  /** `shop-prod/cart`, for people. */
  place: z.string(),
  deadlineSeconds: z.number(),
  reason: z.string(),
});
export type MoveInput = z.output<typeof moveInput>;

const moveItem = instanceItem.extend({
  /** Where it is when it is asked for. */
  from: z.strictObject({ clusterId: z.string().nullable(), cluster: z.string(), namespace: z.string() }),
});
export type MoveItem = z.output<typeof moveItem>;
type Run = ItemRun<MoveInput, MoveItem>;

const gone: ItemOutcome = { state: 'skipped', code: 'alreadyGone' };

/** Moves an instance: the new one first, and only when it is ready the old one goes. */
export function moveHandler(parts: {
  authoriser: Pick<Authoriser, 'require'>;
  moves: InstanceMoves;
  progress: InstanceProgress;
}): OperationHandler<MoveInput, MoveItem> {
  const { authoriser, moves, progress } = parts;
  const refOf = (input: MoveInput, { instance }: MoveItem) => ({ application: input.application, instance });

  /** False where it is gone. */
  async function arrive(run: Run): Promise<boolean> {
    const { operation, item } = run;
    const { input, actor } = operation;
    const { application, to, deadlineSeconds } = input;
    const [author, ref] = [authorOf(actor), refOf(input, item)];
    const reason = reasonOf(input, item);
    for (;;) {
      const row = await moves.begin(author, ref, to);
      if (row?.movingTo?.id !== to) return row !== null;
      const { name, version, movingTo } = row;
      const goal = { instance: row.id, name, place: movingTo, until: 'rolledOut', deadlineSeconds } as const;
      await progress.reach(goal, run);
      await authoriser.require(author, [moveRight(application)]);
      await moves.arrive(author, ref, { to, version, reason });
    }
  }

  return {
    input: moveInput,
    item: moveItem,
    interruptible: true,
    claims: ({ instance }) => [instance],
    options: ({ place }) => ({ to: place }),
    requirements: ({ input }) => [moveRight(input.application)],
    audit: ({ input: { place } }, { name }) => ({
      code: 'instance.move',
      target: { resource: 'instance', name },
      params: { place },
    }),
    async undo({ input }, item) {
      await moves.takeBack(refOf(input, item), input.to);
      return { code: 'movedBack', params: {} };
    },
    async run(run) {
      const { item, operation } = run;
      if (!(await arrive(run))) return gone;
      const { cluster, namespace } = item.from;
      const { place, deadlineSeconds } = operation.input;
      const left = {
        instance: item.instance,
        name: item.name,
        place: item.from,
        until: 'gone',
        // as long again
        deadlineSeconds: 2 * deadlineSeconds,
      } as const;
      try {
        await progress.reach(left, run);
        return { state: 'succeeded', code: 'moved', params: { place } };
      } catch (error) {
        // it has moved, and goes there whenever it can
        if (!(error instanceof AppError || error instanceof OperationCancelled)) throw error;
        return { state: 'succeeded', code: 'movedNotGone', params: { place, cluster, namespace } };
      }
    },
  };
}

const mostReason = 500;

/** Where from and where to, and why. */
function reasonOf({ place, reason }: MoveInput, { from }: MoveItem): string {
  const way = `${from.cluster}/${from.namespace} → ${place}`;
  return (reason === '' ? way : `${way}: ${reason}`).slice(0, mostReason);
}
