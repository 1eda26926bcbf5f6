import { clusterEndpoints as endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { LiveTopics } from '../../ws/live-topics.ts';
import { readOpenApi, sendOpenApi } from './cluster-open-api.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { pasted, type ClustersService } from './clusters.service.ts';

export function mountClusters(api: ApiRouter, clusters: ClustersService, registry: ClusterRegistry): void {
  mount(api, endpoints.inspectKubeconfig, ({ body }) => clusters.inspect(body));
  mount(api, endpoints.listClusters, async ({ scope }) => ({ items: await clusters.list(scope) }));
  mount(api, endpoints.createCluster, ({ body }) => clusters.register(body, pasted));
  mount(api, endpoints.getCluster, ({ params }) => clusters.get(params.cluster));
  mount(api, endpoints.updateCluster, ({ params, body }) => clusters.edit(params.cluster, body));
  mount(api, endpoints.replaceKubeconfig, ({ params, body }) =>
    clusters.replaceKubeconfig(params.cluster, body, pasted),
  );
  mount(api, endpoints.deleteCluster, ({ params }) => clusters.remove(params.cluster));
  mount(api, endpoints.getClusterOpenApi, async ({ params, signal, req, res }) =>
    sendOpenApi(await readOpenApi(registry, params, signal), req, res),
  );
  mount(api, endpoints.probeCluster, ({ params }) => clusters.probe(params.cluster));
}

/** The same, live: read again at each change, whichever replica made it. */
export function addClusterTopics(
  topics: LiveTopics,
  clusters: ClustersService,
  registry: ClusterRegistry,
): void {
  topics.add(endpoints.listClusters, {
    read: async ({ scope }) => ({ items: await clusters.list(scope) }),
    watch: (_call, changed) => registry.onChange(changed),
  });
  topics.add(endpoints.getCluster, {
    read: ({ params }) => clusters.get(params.cluster),
    watch: (_call, changed) => registry.onChange(changed),
  });
}
