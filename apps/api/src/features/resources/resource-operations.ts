import {
  actionParameters,
  actionTarget,
  resourceAction,
  resourceActions,
  resourceRight,
} from '@pilothouse/contract';
import { KubeError } from '@pilothouse/kube';
import { z } from 'zod';
import type { OperationHandler } from '../../operations/operation-handler.ts';
import { act } from './resource-actions.ts';
import { servedKind, type FindCluster } from './resource-cluster.ts';

const input = z.strictObject({
  group: z.string(),
  plural: z.string(),
  action: resourceAction,
  parameters: actionParameters,
});
export type BatchInput = z.output<typeof input>;
export type BatchItem = z.output<typeof actionTarget>;

/** Kinds of operations, by action; translated by the SPA as `operation.<kind>`. */
export const batchKinds = {
  cordon: 'resource.cordon',
  uncordon: 'resource.uncordon',
  delete: 'resource.delete',
} as const;

/** Result codes of items; translated by the SPA as `operationResult.<code>`. */
const resultCodes = { cordon: 'cordoned', uncordon: 'uncordoned', delete: 'deleted' } as const;

/** Objects of one cluster at work at once. */
const concurrency = 4;

/**
 * An action done to many objects. Each is one item with an audit row of its own; done twice it changes nothing the
 * second time.
 */
export function batchHandler(find: FindCluster): OperationHandler<BatchInput, BatchItem> {
  return {
    input,
    item: actionTarget,
    concurrency,
    requirements: ({ cluster, input: { group, plural, action } }, { namespace }) => [
      resourceRight(
        { cluster: cluster?.name ?? '', group, plural, ...(namespace !== undefined && { namespace }) },
        resourceActions[action].verb,
      ),
    ],
    audit: ({ cluster, input: { group, plural, action, parameters } }, { namespace, name }) => ({
      code: action === 'delete' ? 'resource.delete' : 'resource.action',
      target: {
        ...(cluster !== null && { cluster: cluster.name }),
        resource: `k8s/${group}/${plural}`,
        name,
        ...(namespace !== undefined && { namespace }),
      },
      params: { action, ...parameters },
    }),
    async run({ operation, item, auditId, signal }) {
      const { cluster, input: batch } = operation;
      // a cluster registered again under the same name is another cluster
      const kind = await servedKind(
        (name) => {
          const found = find(name);
          return found?.id === cluster?.id ? found : undefined;
        },
        { ...batch, cluster: cluster?.name ?? '' },
      );
      try {
        const { done } = await act(batch.action, {
          kind,
          namespace: item.namespace ?? '_',
          name: item.name,
          uid: item.uid,
          gracePeriodSeconds: batch.parameters.gracePeriodSeconds,
          auditId,
          signal,
        });
        if (!done) return { state: 'skipped', code: 'alreadySo' };
        return { state: 'succeeded', code: resultCodes[batch.action], clusterStatus: 200 };
      } catch (error) {
        if (batch.action === 'delete' && isGone(error))
          return { state: 'skipped', code: 'alreadyGone', clusterStatus: 404 };
        throw error;
      }
    },
  };
}

function isGone(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404;
}
