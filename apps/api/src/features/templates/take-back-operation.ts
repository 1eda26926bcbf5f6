import { objectRight } from '@pilothouse/contract';
import { KubeError } from '@pilothouse/kube';
import { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import type { ItemOutcome, OperationHandler } from '../../operations/operation-handler.ts';
import { adopter, isMadeSince } from './adoption.ts';
import type { ObjectRemoval, WholeObject } from './task-doors.ts';
import type { TaskObjectRepository } from './task-objects.repository.ts';

export const takeBackKind = 'tasks.takeBack';

const input = z.strictObject({ task: z.string() });
const item = z.strictObject({
  object: z.string(),
  clusterId: z.string(),
  cluster: z.string(),
  group: z.string(),
  plural: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
});
export type TakeBackItem = z.output<typeof item>;

/** They hold what others keep in them: objects in a namespace, objects of a kind. */
const isContainer = ({ group, kind }: TakeBackItem) =>
  (group === 'core' && kind === 'Namespace') ||
  (group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition');

const paramsOf = ({ cluster, group, plural, namespace, name }: TakeBackItem) => ({
  cluster,
  group,
  plural,
  namespace: namespace === '' ? '_' : namespace,
  name,
});

/** Deletes what a task made, each by its uid and as long as nobody else has taken it into use. */
export function takeBackHandler({
  door,
  find,
  objects,
}: {
  door: ObjectRemoval;
  find: (name: string) => { id: string } | undefined;
  objects: TaskObjectRepository;
}): OperationHandler<z.output<typeof input>, TakeBackItem> {
  return {
    input,
    item,
    concurrency: 4,
    requirements: (_operation, one) => [
      objectRight(paramsOf(one), 'delete'),
      objectRight(paramsOf(one), 'get'),
    ],
    audit: (_operation, one) => ({
      code: 'resource.action',
      target: {
        cluster: one.cluster,
        resource: `k8s/${one.group}/${one.plural}`,
        name: one.name,
        ...(one.namespace !== '' && { namespace: one.namespace }),
      },
      params: { action: 'delete' },
    }),
    async run({ item: one, operation: { actor }, auditId, signal }): Promise<ItemOutcome> {
      const row = await objects.find(one.object);
      if (row === null || row.state === 'takenBack') return { state: 'skipped', code: 'alreadyGone' };
      if (find(one.cluster)?.id !== one.clusterId) throw new AppError('notFound');
      const gone = async (): Promise<ItemOutcome> => {
        await objects.takenBack(row.id);
        return { state: 'skipped', code: 'alreadyGone' };
      };
      const found = await door.read(paramsOf(one), signal);
      const isOurs = (object: WholeObject) =>
        row.uid === null ? isMadeSince(object, row.at) : uidOf(object) === row.uid;
      if (found === null || !isOurs(found)) return gone();
      if (isContainer(one)) return { state: 'skipped', code: 'holdsOthers' };
      const by = adopter(found, row.appliedAt) ?? (await objects.laterUser(row));
      if (by !== null && by !== undefined) return { state: 'skipped', code: 'adopted', params: { by } };
      const { userId, username } = actor;
      const run = { subject: { userId: userId ?? '', username }, auditId, signal };
      const agrees = (before: WholeObject | null) =>
        before !== null && before.metadata.resourceVersion === found.metadata.resourceVersion;
      try {
        await door.remove(paramsOf(one), uidOf(found), { ...run, agrees });
      } catch (error) {
        if (error instanceof KubeError && error.is(404)) return gone();
        throw error;
      }
      await objects.takenBack(row.id);
      return { state: 'succeeded', code: 'takenBack', clusterStatus: 200 };
    },
  };
}

function uidOf({ metadata }: WholeObject): string {
  return String((metadata as { uid?: unknown }).uid);
}
