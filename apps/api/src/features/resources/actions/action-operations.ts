import { actionRights, actions, type Action, type ActionId, type QuickActionId } from '@pilothouse/contract';
import { KubeError } from '@pilothouse/kube';
import { z } from 'zod';
import { AppError } from '../../../http/app-error.ts';
import type { OperationHandler, OperationScope } from '../../../operations/operation-handler.ts';
import { servedKind, type FindCluster } from '../resource-cluster.ts';
import type { Writer } from '../writer.ts';
import { act, checkAction, subjectOf } from './act.ts';
import { batchItem, resolvedItem, type BatchItem } from './resolved-item.ts';

const batchInput = z.strictObject({ group: z.string(), plural: z.string(), parameters: z.unknown() });
export type BatchInput = z.output<typeof batchInput>;

/** The kind of an action's operations; translated by the SPA as `actions.<id>.label`. */
export function batchKind(id: ActionId): string {
  return `action.${id}`;
}

/** Objects of one cluster at work at once. */
const concurrency = 4;

/** An action done to many objects; each is one item with an audit row of its own. */
export function batchHandler(
  id: QuickActionId,
  find: FindCluster,
  writer: Writer,
): OperationHandler<BatchInput, BatchItem> {
  const action = actions[id] as unknown as Action;
  async function kindOf({ cluster, input }: Pick<OperationScope<BatchInput>, 'cluster' | 'input'>) {
    // a cluster registered again under the same name is another cluster
    const same: FindCluster = (name) => {
      const found = find(name);
      return found?.id === cluster?.id ? found : undefined;
    };
    const kind = await servedKind(same, { ...input, cluster: cluster?.name ?? '' });
    checkAction(kind, id);
    return kind;
  }
  return {
    input: batchInput.extend({ parameters: action.parameters }),
    item: batchItem,
    concurrency,
    options: ({ parameters }) => action.audited(parameters as never),
    requirements: ({ cluster, input: { group, plural, parameters } }, { target }) => {
      const { namespace = '_', name } = target;
      const object = { cluster: cluster?.name ?? '', group, plural, namespace, name };
      return actionRights(action, object, parameters);
    },
    audit: ({ cluster, input: { group, plural, parameters } }, { target: { namespace, name } }) => ({
      code: 'resource.action',
      target: {
        ...(cluster !== null && { cluster: cluster.name }),
        resource: `k8s/${group}/${plural}`,
        name,
        ...(namespace !== undefined && { namespace }),
      },
      params: { action: id, ...action.audited(parameters as never) },
    }),
    // what could be said at submit stays as it was said
    renew: async (operation, item) =>
      item.refusal === undefined
        ? item
        : resolvedItem(id, kindOf(operation), item.target, operation.input.parameters),
    async run({ operation: { cluster, input, actor }, item, auditId, signal }) {
      const { userId, username } = actor;
      // nobody's rights could be asked
      if (userId === null) throw new Error('Only users do actions');
      if (item.refusal !== undefined) throw new AppError(item.refusal.code as never, item.refusal.params);
      const kind = await kindOf({ cluster, input });
      const call = {
        parameters: input.parameters,
        resolved: item.resolved,
        dryRun: false,
        auditId,
        user: { userId, username },
      };
      try {
        const { alreadySo } = await act(id, subjectOf(kind, item.target, signal), call, writer);
        if (alreadySo) return { state: 'skipped', code: 'alreadySo' };
        return { state: 'succeeded', code: 'done', clusterStatus: 200 };
      } catch (error) {
        if (id === 'delete' && error instanceof KubeError && error.status === 404)
          return { state: 'skipped', code: 'alreadyGone', clusterStatus: 404 };
        throw error;
      }
    },
  };
}
