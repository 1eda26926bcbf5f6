import { usageEndpoints as endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import { dayMs } from '../../db/retention.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { RecentUsage } from './recent-usage.ts';
import { resolutions } from './usage-point.ts';
import { UsageCollector, type HeldPods } from './usage-collector.ts';
import { UsageRepository } from './usage.repository.ts';
import { UsageService, type MeasuredElsewhere } from './usage.service.ts';

/** What the usage feature needs of the objects of clusters. */
export interface PodsOfClusters {
  holdPods: (cluster: string) => Promise<HeldPods>;
}

/** What is used in clusters: kept where that is switched on, and looked at. */
export function build(
  { database, registry, processes, onError }: Core,
  { holdPods }: PodsOfClusters,
  elsewhere: MeasuredElsewhere,
): Feature {
  const repository = new UsageRepository(database);
  const recent = new RecentUsage();
  const collector = new UsageCollector({ registry, repository, owner: processes.id, holdPods, onError });
  const service = new UsageService({ find: (name) => registry.get(name), elsewhere, repository, recent });
  const longest = Math.max(...resolutions.map(({ keepDays }) => keepDays));
  return {
    mount(api) {
      mount(api, endpoints.getUsageHistory, ({ params, query }) =>
        service.history(params, Number(query.resolution)),
      );
      mount(api, endpoints.watchUsage, ({ params }) => service.recent(params));
    },
    topics(topics) {
      topics.add(endpoints.watchUsage, {
        read: ({ params }) => service.recent(params),
        watch: ({ params }, changed) => service.watchRecent(params, changed),
      });
    },
    retention: [
      ...resolutions.map((resolution) => ({
        keepMs: resolution.keepDays * dayMs,
        prune: (before: Date, most: number) => repository.pruneBlocks(resolution, before, most),
      })),
      { keepMs: dayMs, prune: (before, most) => repository.pruneMinutes(before, most) },
      { keepMs: longest * dayMs, prune: (before, most) => repository.pruneSeries(before, most) },
    ],
    start: () => collector.start(),
    async stop() {
      recent.stop();
      await collector.stop();
    },
  };
}
