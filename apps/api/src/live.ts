import { clusterEndpoints, operationEndpoints } from '@pilothouse/contract';
import type { ClusterRegistry } from './features/clusters/cluster-registry.ts';
import type { ClustersService } from './features/clusters/clusters.service.ts';
import type { OperationsService } from './features/operations/operations.service.ts';
import type { Operations } from './operations/operations.ts';
import type { LiveTopics } from './ws/live-topics.ts';

/** Clusters and operations over the live socket: read again at each change, whichever replica made it. */
export function addPlatformTopics(
  topics: LiveTopics,
  parts: {
    clusters: ClustersService;
    registry: ClusterRegistry;
    operations: Operations;
    operationsService: OperationsService;
  },
): void {
  const { clusters, registry, operations, operationsService } = parts;
  topics.add(clusterEndpoints.listClusters, {
    read: async ({ scope }) => ({ items: await clusters.list(scope) }),
    watch: (_call, changed) => registry.onChange(changed),
  });
  topics.add(clusterEndpoints.getCluster, {
    read: ({ params }) => clusters.get(params.cluster),
    watch: (_call, changed) => registry.onChange(changed),
  });
  topics.add(operationEndpoints.listOperations, {
    read: ({ principal, query }) => operationsService.list(principal, query),
    watch: (_call, changed) => operations.onChange(changed),
  });
  topics.add(operationEndpoints.getOperation, {
    read: ({ principal, params }) => operationsService.get(principal, params.operation),
    watch: ({ params }, changed) =>
      operations.onChange((id) => {
        if (id === params.operation) changed();
      }),
  });
}
