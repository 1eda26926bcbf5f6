import { clusterEndpoints as endpoints, clusterProbesEndpoints } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { LiveTopics } from '../../ws/live-topics.ts';
import { readOpenApi, sendOpenApi } from './cluster-open-api.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import type { ClusterView } from './cluster-view.ts';
import { pasted, type ClustersService } from './clusters.service.ts';

type Rights = Pick<Authoriser, 'isOnWholeCluster' | 'authorise'>;

/**
 * A cluster as a user may see it: where it is, is the business of those who have more than namespaces of it; how many
 * nodes it has, of those who may list them.
 */
async function seenBy(rights: Rights, principal: Principal, view: ClusterView): Promise<ClusterView> {
  const listNodes = {
    domain: { kind: 'cluster', cluster: view.name },
    object: 'k8s/core/nodes',
    action: 'list',
  } as const;
  const isWhole = await rights.isOnWholeCluster(principal, view.id);
  const { allowed: seesNodes } = await rights.authorise(principal, [listNodes]);
  const { lastProbe } = view.health;
  const probe = lastProbe && {
    ...lastProbe,
    // the system's words name the address
    detail: isWhole ? lastProbe.detail : null,
    nodes: seesNodes ? lastProbe.nodes : null,
  };
  return {
    ...view,
    server: isWhole ? view.server : null,
    health: { ...view.health, lastProbe: probe },
  };
}

export function mountClusters(
  api: ApiRouter,
  clusters: ClustersService,
  registry: ClusterRegistry,
  rights: Rights,
): void {
  mount(api, endpoints.inspectKubeconfig, ({ body }) => clusters.inspect(body));
  mount(api, endpoints.listClusters, async ({ scope, principal }) => {
    const views = await clusters.list(scope);
    return { items: await Promise.all(views.map((view) => seenBy(rights, principal, view))) };
  });
  mount(api, endpoints.createCluster, ({ body }) => clusters.register(body, pasted));
  mount(api, endpoints.getCluster, async ({ params, principal }) =>
    seenBy(rights, principal, await clusters.get(params.cluster)),
  );
  mount(api, endpoints.updateCluster, ({ params, body }) => clusters.edit(params.cluster, body));
  mount(api, endpoints.replaceKubeconfig, ({ params, body }) =>
    clusters.replaceKubeconfig(params.cluster, body, pasted),
  );
  mount(api, endpoints.deleteCluster, ({ principal, params, query }) =>
    clusters.remove(principal, params.cluster, query),
  );
  mount(api, endpoints.getClusterOpenApi, async ({ params, signal, req, res }) =>
    sendOpenApi(await readOpenApi(registry, params, signal), req, res),
  );
  mount(api, clusterProbesEndpoints.getProbeHistory, ({ params }) => clusters.probeHistory(params.cluster));
  mount(api, endpoints.probeCluster, async ({ params, principal }) =>
    seenBy(rights, principal, await clusters.probe(params.cluster)),
  );
}

/** The same, live: read again at each change, whichever replica made it. */
export function addClusterTopics(
  topics: LiveTopics,
  clusters: ClustersService,
  registry: ClusterRegistry,
  rights: Rights,
): void {
  topics.add(endpoints.listClusters, {
    read: async ({ scope, principal }) => {
      const views = await clusters.list(scope);
      return { items: await Promise.all(views.map((view) => seenBy(rights, principal, view))) };
    },
    watch: (_call, changed) => registry.onSomeChange(changed),
  });
  topics.add(endpoints.getCluster, {
    read: async ({ params, principal }) => seenBy(rights, principal, await clusters.get(params.cluster)),
    watch: ({ params }, changed) =>
      registry.onChange((id) => {
        const name = registry.nameOf(id);
        if (name === undefined || name === params.cluster) changed();
      }),
  });
}
