import { nodeRight, uuid } from '@pilothouse/contract';
import { z } from 'zod';
import type { OperationHandler } from '../../../operations/operation-handler.ts';
import type { InstanceRepository } from '../instance.repository.ts';
import type { InstanceService } from '../instance.service.ts';
import { authorOf, instanceItem, orCancelled, type InstanceItem } from './instance-item.ts';
import type { InstanceProgress } from './instance-progress.ts';

const rollOutInput = z.strictObject({
  application: uuid,
  version: z.number(),
  atOnce: z.number(),
  deadlineSeconds: z.number(),
  reason: z.string(),
});
export type RollOutInput = z.output<typeof rollOutInput>;

/** Instances take over a version of their application in order; what comes after one that does not become ready stays as it is. */
export function rollOutHandler(parts: {
  instances: InstanceRepository;
  service: InstanceService;
  progress: InstanceProgress;
}): OperationHandler<RollOutInput, InstanceItem> {
  const { instances, service, progress } = parts;
  return {
    input: rollOutInput,
    item: instanceItem,
    concurrency: ({ input }) => input.atOnce,
    stopsAtFailure: true,
    interruptible: true,
    options: ({ version, atOnce }) => ({ version, atOnce }),
    requirements: ({ input }) => [nodeRight('PUT', '/applications/{application}', input.application)],
    audit: ({ input: { version } }, { name }) => ({
      code: 'instance.takeOver',
      target: { resource: 'instance', name },
      params: { version },
    }),
    async run(run) {
      const { operation, item } = run;
      const { application, version, reason, deadlineSeconds } = operation.input;
      const row = await instances.find(item.instance);
      if (row === null || row.removedAt !== null) return { state: 'skipped', code: 'alreadyGone' };
      const isNewer = row.applicationVersion > version;
      if (isNewer)
        return { state: 'skipped', code: 'newerAlready', params: { version: row.applicationVersion } };
      const isTaken = row.applicationVersion < version;
      const ref = { application, instance: row.id };
      if (isTaken) await service.takeOver(authorOf(operation.actor), ref, version, reason);
      const { id, name, clusterId, namespace } = row;
      const place = { clusterId, namespace };
      const goal = { instance: id, name, place, until: 'rolledOut', deadlineSeconds } as const;
      const left = await orCancelled(progress.reach(goal, run), { state: 'cancelled', code: 'notAwaited' });
      return left ?? { state: 'succeeded', code: 'tookOver', params: { version } };
    },
  };
}
