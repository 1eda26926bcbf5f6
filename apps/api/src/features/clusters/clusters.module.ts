import { probeHistoryHours } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mountCandidates } from './candidates.routes.ts';
import { CandidatesService } from './candidates.service.ts';
import { ClusterHealthRepository } from './cluster-health.repository.ts';
import { addClusterMetrics } from './cluster-metrics.ts';
import { ClusterProber } from './cluster-prober.ts';
import { ClustersRepository } from './clusters.repository.ts';
import { addClusterTopics, mountClusters } from './clusters.routes.ts';
import { ClustersService, type EndIssuedAccess } from './clusters.service.ts';

/** Registering clusters, by hand or by file, and knowing how they are. */
export function build(core: Core, endIssuedAccess: EndIssuedAccess) {
  const { config, database, registry, secrets, audit, metrics, authoriser, onError } = core;
  const repository = new ClustersRepository(database);
  const health = new ClusterHealthRepository(database);
  const prober = new ClusterProber({ registry, repository: health, onError });
  const clusters = new ClustersService({
    repository,
    health,
    registry,
    prober,
    endIssuedAccess,
    allowLoopback: config.allowLoopbackClusters,
    seal: (id, credential) => secrets.seal('clusters', id, 'credential', JSON.stringify(credential)),
  });
  const candidates = new CandidatesService({
    folder: config.kubeconfigsFolder,
    clusters,
    repository,
    audit,
    onError,
  });
  addClusterMetrics(metrics.registry, () =>
    registry.handles().flatMap(({ name, traffic }) => (traffic === undefined ? [] : [{ name, traffic }])),
  );
  return {
    mount(api) {
      mountClusters(api, clusters, registry, authoriser);
      mountCandidates(api, candidates);
    },
    // the hour that was a day ago is shown in part
    retention: [
      { keepMs: (probeHistoryHours + 1) * 3_600_000, prune: (before, most) => health.prune(before, most) },
    ],
    topics: (topics) => addClusterTopics(topics, clusters, registry, authoriser),
    start() {
      prober.start();
      candidates.start();
    },
    async stop() {
      await Promise.all([prober.stop(), candidates.stop()]);
    },
    /** What the demo asks. */
    forDemo: {
      demoCluster: () => clusters.demoCluster(),
      registerDemo: (kubeconfig: string) => clusters.registerDemo(kubeconfig),
      isAnyKnown: async () => (await clusters.count()) > 0 || (await candidates.hasFiles()),
    },
  } satisfies Feature & Record<string, unknown>;
}
