import { KubeError } from '@pilothouse/kube';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import type { ClusterFiguresRepository, Work } from './cluster-figures.repository.ts';
import { countCluster, sweepPods } from './count-cluster.ts';
import { countInterval, seenCountMs, sweepInterval, sweepMs } from './intervals.ts';

const tickMs = 2000;
/** Clusters counted at a time; pods are passed over in one cluster at a time. */
const mostAtOnce = { count: 8, sweep: 1 } as const;
/** A cluster whose figures did not come is asked again after this, and by another process where this one has died. */
const againMs = { count: 120_000, sweep: sweepMs } as const;
/** After a start not all clusters are passed over at once. */
const spreadMs = 60_000;

export interface FiguresCollectorOptions {
  registry: ClusterRegistry;
  repository: ClusterFiguresRepository;
  onError: (error: unknown) => void;
}

/** Counts what clusters hold, in turn and seldom; often only where somebody looks. */
export class FiguresCollector {
  readonly #options: FiguresCollectorOptions;
  readonly #running: Record<Work, Set<Promise<void>>> = { count: new Set(), sweep: new Set() };
  readonly #stopping = new AbortController();
  readonly #hastenedAt = new Map<string, number>();
  #unsubscribe: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #taking = new Set<Work>();
  #known = -1;
  #ticking = false;

  constructor(options: FiguresCollectorOptions) {
    this.#options = options;
  }

  start(): void {
    const { registry, onError } = this.#options;
    this.#unsubscribe = registry.onRemoved(({ id }) => void this.#hastenedAt.delete(id));
    this.#timer = setInterval(() => void this.#tick().catch(onError), tickMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#unsubscribe?.();
    this.#stopping.abort(new KubeError('aborted', 'The platform is stopping'));
    await Promise.allSettled([...this.#running.count, ...this.#running.sweep]);
  }

  /** Somebody has these clusters on the screen: they are counted more often. */
  lookedAt(ids: string[]): void {
    const now = performance.now();
    const due = ids.filter((id) => now - (this.#hastenedAt.get(id) ?? -Infinity) > seenCountMs / 4);
    if (due.length === 0) return;
    for (const id of due) this.#hastenedAt.set(id, now);
    this.#options.repository.hasten(due, seenCountMs).catch(this.#options.onError);
  }

  async #tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      const { registry, repository } = this.#options;
      const known = registry.handles().length;
      if (known !== this.#known) await repository.addMissing(spreadMs);
      this.#known = known;
      if (known > 0) for (const work of ['count', 'sweep'] as const) await this.#take(work);
    } finally {
      this.#ticking = false;
    }
  }

  /** Takes what is due while there is room, and more as soon as there is room again. */
  async #take(work: Work): Promise<void> {
    const running = this.#running[work];
    const free = mostAtOnce[work] - running.size;
    if (free === 0 || this.#taking.has(work) || this.#stopping.signal.aborted) return;
    this.#taking.add(work);
    try {
      for (const id of await this.#options.repository.takeDue(work, free, againMs[work])) {
        const task = this.#work(work, id).finally(() => {
          running.delete(task);
          // not for each one by itself
          if (running.size <= mostAtOnce[work] / 2) this.#take(work).catch(this.#options.onError);
        });
        running.add(task);
      }
    } finally {
      this.#taking.delete(work);
    }
  }

  /** Never rejects: what a cluster does not answer its probe says in words. */
  async #work(work: Work, id: string): Promise<void> {
    const { registry, repository, onError } = this.#options;
    const handle = registry.byId(id);
    if (handle === undefined) return;
    try {
      const { signal } = this.#stopping;
      if (work === 'count') {
        const counts = await countCluster(handle.connection, signal);
        await repository.counted(id, counts, countInterval(counts.nodes?.total ?? 0));
      } else {
        const sweep = await sweepPods(handle.connection, signal);
        await repository.swept(id, sweep, sweepInterval(sweep?.requests.pods ?? 0));
      }
      registry.announce(id);
    } catch (error) {
      if (!(error instanceof KubeError)) onError(error);
    }
  }
}
