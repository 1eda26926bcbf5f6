import type { clusterFigures } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import type { ClusterFiguresRepository, StoredFigures } from './cluster-figures.repository.ts';
import type { FiguresCollector } from './figures-collector.ts';

type Figures = z.output<typeof clusterFigures>;

export interface ClusterFiguresOptions {
  registry: Pick<ClusterRegistry, 'nameOf'>;
  repository: ClusterFiguresRepository;
  collector: Pick<FiguresCollector, 'lookedAt'>;
  rights: Pick<Authoriser, 'authorise'>;
}

/** What clusters hold, as far as the asking person's rights in each go. */
export class ClusterFiguresService {
  readonly #options: ClusterFiguresOptions;

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
    });
    return {
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
