import { clusterFiguresEndpoints as endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { ClusterFiguresRepository } from './cluster-figures.repository.ts';
import { ClusterFiguresService } from './cluster-figures.service.ts';
import { FiguresCollector } from './figures-collector.ts';

/** What all clusters hold, at a glance. */
export function build({ database, registry, authoriser, onError }: Core): Feature {
  const repository = new ClusterFiguresRepository(database);
  const collector = new FiguresCollector({ registry, repository, onError });
  const service = new ClusterFiguresService({ registry, repository, collector, rights: authoriser });
  return {
    mount(api) {
      mount(api, endpoints.listNamespaceFigures, ({ params, scope, principal }) =>
        service.namespaces(params.cluster, scope, principal),
      );
      mount(api, endpoints.listClusterFigures, async ({ scope, principal }) => ({
        items: await service.list(scope, principal),
      }));
    },
    topics(topics) {
      topics.add(endpoints.listClusterFigures, {
        read: async ({ scope, principal }) => ({ items: await service.list(scope, principal) }),
        watch: (_call, changed) => registry.onSomeChange(changed),
      });
    },
    start: () => collector.start(),
    stop: () => collector.stop(),
  };
}
