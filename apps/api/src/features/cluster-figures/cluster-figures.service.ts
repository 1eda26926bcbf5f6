import type { clusterFigures, clusterFiguresEndpoints, OutputOf } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { AppError } from '../../http/app-error.ts';
import type { ClusterHandle } from '../../clusters/cluster-handle.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import type { ClusterFiguresRepository, StoredFigures } from './cluster-figures.repository.ts';
import type { FiguresCollector } from './figures-collector.ts';
import { readQuotas } from './read-quotas.ts';

type Figures = z.output<typeof clusterFigures>;
type NamespaceFigures = OutputOf<typeof clusterFiguresEndpoints.listNamespaceFigures>;

/** How old quotas may be, in milliseconds. */
const quotasMs = 10_000;

export interface ClusterFiguresOptions {
  registry: Pick<ClusterRegistry, 'nameOf' | 'get'>;
  repository: ClusterFiguresRepository;
  collector: Pick<FiguresCollector, 'lookedAt'>;
  rights: Pick<Authoriser, 'authorise'>;
}

/** What clusters hold, as far as the asking person's rights in each go. */
export class ClusterFiguresService {
  readonly #options: ClusterFiguresOptions;
  readonly #quotas = new WeakMap<ClusterHandle, { at: number; found: ReturnType<typeof readQuotas> }>();

  constructor(options: ClusterFiguresOptions) {
    this.#options = options;
  }

  /** `ids` narrows to these. Showing them counts as looking at them. */
  async list(ids: 'all' | string[], principal: Principal): Promise<Figures[]> {
    const { registry, repository, collector } = this.#options;
    const stored = await repository.list(ids === 'all' ? undefined : ids);
    if (stored.length > 0) collector.lookedAt(stored.map(({ clusterId }) => clusterId));
    const items: Figures[] = [];
    for (const figures of stored) {
      const name = registry.nameOf(figures.clusterId);
      if (name !== undefined) items.push(await this.#seenBy(principal, name, figures));
    }
    return items;
  }

  /** By namespace, as far as `scope` goes. */
  async namespaces(name: string, scope: 'all' | string[], principal: Principal): Promise<NamespaceFigures> {
    const { registry, repository } = this.#options;
    const handle = registry.get(name);
    if (handle === undefined) throw new AppError('notFound');
    const [{ sweptAt, namespaces }, quotas, seenQuotas] = await Promise.all([
      repository.namespaces(handle.id),
      this.#quotasOf(handle),
      this.#mayListQuotas(principal, name),
    ]);
    const isSeen = (namespace: string) => scope === 'all' || scope.includes(namespace);
    return {
      sweptAt: sweptAt?.toISOString() ?? null,
      items: Object.entries(namespaces ?? {})
        .filter(([namespace]) => isSeen(namespace))
        .map(([namespace, figures]) => ({ namespace, ...figures })),
      quotas: quotas && quotas.filter(({ namespace }) => isSeen(namespace) && seenQuotas(namespace)),
    };
  }

  /** What several people look at is read once; what failed is read again. */
  #quotasOf(handle: ClusterHandle): ReturnType<typeof readQuotas> {
    const known = this.#quotas.get(handle);
    if (known !== undefined && performance.now() - known.at < quotasMs) return known.found;
    const found = readQuotas(handle.connection);
    this.#quotas.set(handle, { at: performance.now(), found });
    found.catch(() => this.#quotas.delete(handle));
    return found;
  }

  async #mayListQuotas(principal: Principal, cluster: string): Promise<(namespace: string) => boolean> {
    const decision = await this.#options.rights.authorise(principal, [
      {
        domain: { kind: 'cluster', cluster },
        object: 'k8s/core/resourcequotas',
        action: 'list',
        match: 'narrows',
      },
    ]);
    if (!decision.allowed) return () => false;
    const { scope } = decision;
    return (namespace) => scope === 'all' || scope.includes(namespace);
  }

  /** Sums belong to who may list nodes, as on a node itself; warnings to who may list events. */
  async #seenBy(principal: Principal, cluster: string, stored: StoredFigures): Promise<Figures> {
    const may = async (plural: string) => {
      const right = {
        domain: { kind: 'cluster', cluster },
        object: `k8s/core/${plural}`,
        action: 'list',
      } as const;
      return (await this.#options.rights.authorise(principal, [right])).allowed;
    };
    const counts = (await may('nodes')) ? stored.counts : null;
    const requests = counts === null ? null : stored.requests;
    const amounts = (of: 'cpu' | 'memory') => ({
      allocatable: counts?.allocatable?.[of] ?? null,
      requested: requests?.[of] ?? null,
      used: counts?.used?.[of] ?? null,
      measured: counts?.measured?.[of] ?? null,
    });
    return {
      id: stored.clusterId,
      cluster,
      countedAt: stored.countedAt?.toISOString() ?? null,
      sweptAt: stored.sweptAt?.toISOString() ?? null,
      nodes: counts?.nodes ?? null,
      kubelets: counts?.kubelets ?? null,
      pods: counts?.pods ?? null,
      warnings: (await may('events')) ? (stored.counts?.warnings ?? null) : null,
      cpu: amounts('cpu'),
      memory: amounts('memory'),
    };
  }
}
