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

type Wire = [number, number, number, number, number, number, number, number];

export interface UsageServiceOptions {
  find: (cluster: string) => ClusterHandle | undefined;
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

  /** All that is kept of an object at a resolution, up to now. Throws `notFound` where there is no such cluster. */
  async history(params: UsageParams, seconds: number) {
    const { repository, now = Date.now } = this.#options;
    const { id } = this.#cluster(params);
    const resolution = resolutions.find((each) => each.seconds === seconds) ?? resolutions[0];
    const stepMs = resolution.seconds * 1000;
    const to = Math.ceil((now() + 1) / stepMs) * stepMs;
    const from = to - resolution.keepDays * 86_400_000;
    const { group, plural, namespace, name } = params;
    const points = await repository.read(id, `${group}/${plural}/${namespace}/${name}`, resolution, [
      from,
      to,
    ]);
    return {
      keeps: (await repository.keeps(id)) ?? false,
      start: new Date(from).toISOString(),
      stepMs,
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

function wireOf(point: UsagePoint): Wire {
  const { cpu, cpuPeak, memory, memoryPeak, cpuRequests, cpuLimits, memoryRequests, memoryLimits } = point;
  return [cpu, cpuPeak, memory, memoryPeak, cpuRequests, cpuLimits, memoryRequests, memoryLimits];
}
