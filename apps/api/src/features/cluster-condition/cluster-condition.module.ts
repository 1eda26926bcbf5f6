import { clusterConditionEndpoints as endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { AppError } from '../../http/app-error.ts';
import { mount } from '../../http/mount.ts';
import { ClusterConditionService } from './cluster-condition.service.ts';

/** How one cluster does, and what the platform may do there. */
export function build({ registry }: Core): Feature {
  const service = new ClusterConditionService();
  const handleOf = (cluster: string) => {
    const handle = registry.get(cluster);
    if (handle === undefined) throw new AppError('notFound');
    return handle;
  };
  return {
    mount(api) {
      mount(api, endpoints.getClusterCondition, ({ params }) => service.condition(handleOf(params.cluster)));
      mount(api, endpoints.getClusterCredential, async ({ params, query, auditId }) => {
        const handle = handleOf(params.cluster);
        const namespace = query.namespace ?? (await registry.namespaceOf(handle.id)) ?? 'default';
        return service.credential(handle, namespace, auditId);
      });
    },
  };
}
