import { batchChange, batchRight, timestamp, uuid } from '@pilothouse/contract';
import { z } from 'zod';
import type { Author } from '../../../authz/principal.ts';
import type { ItemOutcome, OperationHandler } from '../../../operations/operation-handler.ts';
import type { InstanceRepository, InstanceRow } from '../instance.repository.ts';
import type { InstanceService } from '../instance.service.ts';
import { authorOf, instanceItem, orCancelled } from './instance-item.ts';
import type { InstanceProgress } from './instance-progress.ts';

const batchInput = z.strictObject({
  application: uuid,
  change: batchChange,
  rolledOut: z.boolean(),
  deadlineSeconds: z.number(),
});
export type BatchInput = z.output<typeof batchInput>;

const batchItem = instanceItem.extend({
  /** Of a restart: fixed when it was asked for, so that one that is repeated restarts nothing twice. */
  restartedAt: timestamp.nullable(),
});
export type BatchItem = z.output<typeof batchItem>;

/** Instances at work at once; most of their time they wait for a cluster. */
const concurrency = 10;
const done: ItemOutcome = { state: 'succeeded', code: 'done' };

/** The same done to many instances; each is one item, done once its cluster has it. */
export function batchHandler(parts: {
  instances: InstanceRepository;
  service: InstanceService;
  progress: InstanceProgress;
}): OperationHandler<BatchInput, BatchItem> {
  const { instances, service, progress } = parts;

  /** Whether anything was to be done. */
  async function change(row: InstanceRow, author: Author, input: BatchInput, item: BatchItem) {
    const ref = { application: input.application, instance: row.id };
    const { change: wanted } = input;
    switch (wanted.action) {
      case 'restart': {
        const at = new Date(item.restartedAt ?? 0);
        if (row.restartedAt !== null && row.restartedAt >= at) return false;
        await service.restart(ref, at);
        return true;
      }
      case 'setImage':
        if (row.spec.image === wanted.image) return false;
        await service.change(author, ref, { image: wanted.image }, wanted.reason);
        return true;
      case 'scale':
        if (row.spec.replicas === wanted.replicas) return false;
        await service.change(author, ref, { replicas: wanted.replicas }, wanted.reason);
        return true;
      case 'delete':
        if (row.removedAt === null) await service.remove(ref, wanted.abandon && row.clusterId === null);
        return true;
    }
  }

  return {
    input: batchInput,
    item: batchItem,
    concurrency,
    interruptible: true,
    options: ({ change: { action: _kind, ...parameters }, rolledOut }) => ({ ...parameters, rolledOut }),
    requirements: ({ input: { application, change: wanted } }) => [batchRight(wanted.action, application)],
    audit: ({ input: { change: wanted } }, { name }) => ({
      code: `instance.${wanted.action}`,
      target: { resource: 'instance', name },
      params: {
        ...(wanted.action === 'setImage' && { image: wanted.image }),
        ...(wanted.action === 'scale' && { replicas: wanted.replicas }),
      },
    }),
    async run(run): Promise<ItemOutcome> {
      const { operation, item } = run;
      const { input, actor } = operation;
      const row = await instances.find(item.instance);
      // what an attempt before this one has done counts
      const isBegun = run.begunAt !== null;
      if (row === null)
        return isBegun && input.change.action === 'delete' ? done : { state: 'skipped', code: 'alreadyGone' };
      const isChanged = await change(row, authorOf(actor), input, item);
      const { id, name, clusterId, namespace } = row;
      const until = input.change.action === 'delete' ? 'gone' : input.rolledOut ? 'rolledOut' : 'applied';
      const { deadlineSeconds } = input;
      const goal = { instance: id, name, place: { clusterId, namespace }, until, deadlineSeconds } as const;
      const left = await orCancelled(progress.reach(goal, run), { state: 'cancelled', code: 'notAwaited' });
      if (left !== undefined) return left;
      return isChanged || isBegun ? done : { state: 'skipped', code: 'alreadySo' };
    },
  };
}
