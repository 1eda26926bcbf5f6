import type { OutputOf, usageEndpoints } from '@pilothouse/contract';
import type { ClusterHandle } from '../../clusters/cluster-handle.ts';
import { AppError } from '../../http/app-error.ts';
import type { RecentTarget, RecentUsage } from './recent-usage.ts';
import { resolutions, type UsagePoint } from './usage-point.ts';
import type { UsageRepository } from './usage.repository.ts';

/** An object of a cluster, as a path names it. */
export interface UsageParams {
  cluster: string;
  group: string;
  plural: string;
  namespace: string;
  name: string;
}

type History = OutputOf<typeof usageEndpoints.getUsageHistory>;

/** Where more of the past is known than we keep; null of a cluster that nobody but us measures. */
export type MeasuredElsewhere = (
  clusterId: string,
  measured: UsageParams,
  stretch: { from: number; to: number; step: number },
) => Promise<History['points'] | null>;

export interface UsageServiceOptions {
  find: (cluster: string) => ClusterHandle | undefined;
  elsewhere: MeasuredElsewhere;
  repository: UsageRepository;
  recent: RecentUsage;
  now?: () => number;
}

/** What objects of clusters used, and use. */
export class UsageService {
  readonly #options: UsageServiceOptions;

  constructor(options: UsageServiceOptions) {
    this.#options = options;
  }

  /** All that is known of an object at a resolution, up to now. Throws `notFound`, `prometheusUnavailable`. */
  async history(params: UsageParams, seconds: number): Promise<History> {
    const { repository, elsewhere, now = Date.now } = this.#options;
    const { id } = this.#cluster(params);
    const resolution = resolutions.find((each) => each.seconds === seconds) ?? resolutions[0];
    const stepMs = resolution.seconds * 1000;
    const to = Math.ceil((now() + 1) / stepMs) * stepMs;
    const from = to - resolution.keepDays * 86_400_000;
    const stretch = { start: new Date(from).toISOString(), stepMs };
    const measured = await elsewhere(id, params, {
      from: from / 1000,
      to: to / 1000,
      step: resolution.seconds,
    });
    if (measured !== null) return { source: 'prometheus', keeps: true, ...stretch, points: measured };
    const { group, plural, namespace, name } = params;
    const points = await repository.read(id, `${group}/${plural}/${namespace}/${name}`, resolution, [
      from,
      to,
    ]);
    return {
      source: 'metricsServer',
      keeps: (await repository.keeps(id)) ?? false,
      ...stretch,
      points: points.map((point) => (point === null ? null : wireOf(point))),
    };
  }

  /** What a node or a pod uses since somebody began to look. Throws KubeError, `notFound`. */
  async recent(params: UsageParams) {
    return this.#options.recent.read(this.#cluster(params).connection, targetOf(params));
  }

  /** Tells when there is more of it; returns how to stop. */
  watchRecent(params: UsageParams, changed: () => void): () => void {
    return this.#options.recent.watch(this.#cluster(params).connection, targetOf(params), changed);
  }

  #cluster({ cluster }: UsageParams): ClusterHandle {
    const handle = this.#options.find(cluster);
    if (handle === undefined) throw new AppError('notFound');
    return handle;
  }
}

function targetOf({ group, plural, namespace, name }: UsageParams): RecentTarget {
  if (group !== 'core' || (plural !== 'nodes' && plural !== 'pods'))
    throw new AppError('invalid', { reason: 'only nodes and pods are measured one by one' });
  if ((plural === 'nodes') !== (namespace === '_'))
    throw new AppError(plural === 'nodes' ? 'notNamespaced' : 'namespaceRequired', { plural });
  return { plural, name, namespace: namespace === '_' ? undefined : namespace };
}

function wireOf(point: UsagePoint): History['points'][number] {
  const { cpu, cpuPeak, memory, memoryPeak, cpuRequests, cpuLimits, memoryRequests, memoryLimits } = point;
  return [cpu, cpuPeak, memory, memoryPeak, cpuRequests, cpuLimits, memoryRequests, memoryLimits];
}
