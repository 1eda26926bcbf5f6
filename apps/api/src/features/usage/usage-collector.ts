import type { Row } from '@pilothouse/kinds';
import { KubeError, type Labels } from '@pilothouse/kube';
import type { ClusterHandle } from '../../clusters/cluster-handle.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { measureCluster } from './measure-cluster.ts';
import { sampleUsage } from './sample-usage.ts';
import type { UsageRepository } from './usage.repository.ts';

const tickMs = 5000;
const minuteMs = 60_000;
/** A minute's figures may come so late and still be in its hour. */
const settleMs = 2 * minuteMs;
/** Clusters asked at a time. */
const mostAtOnce = 4;

/** Pods that are kept up to date as long as they are held. */
export interface HeldPods {
  value: { isComplete: boolean; rows(): Row[]; labelsOf(row: Row): Labels };
  release(): void;
}

export interface UsageCollectorOptions {
  registry: Pick<ClusterRegistry, 'byId'>;
  repository: UsageRepository;
  /** Names this process among those that share the database. */
  owner: string;
  /** Rejects with KubeError where the cluster keeps them from us. */
  holdPods: (cluster: string) => Promise<HeldPods>;
  onError: (error: unknown) => void;
  now?: () => number;
}

/** Keeps, minute by minute, what is used in the clusters whose use this process keeps. */
export class UsageCollector {
  readonly #options: UsageCollectorOptions;
  readonly #stopping = new AbortController();
  /** Of which handle the pods are held: a replaced credential gives another. */
  readonly #held = new Map<string, { handle: ClusterHandle; pods: Promise<HeldPods | null> }>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #minute = 0;

  constructor(options: UsageCollectorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#ticking ??= this.tick()
        .catch(this.#options.onError)
        .finally(() => (this.#ticking = undefined));
    }, tickMs);
  }

  /** What this process keeps is for the others to keep on. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort(new KubeError('aborted', 'The platform is stopping'));
    await this.#ticking;
    for (const id of this.#held.keys()) this.#letGo(id);
    await this.#options.repository.release(this.#options.owner).catch(this.#options.onError);
  }

  /** Sees to its leases and, once in each minute, to the clusters. */
  async tick(): Promise<void> {
    const { repository, owner, registry, now = Date.now } = this.#options;
    const mine = (await repository.lease(owner)).flatMap((id) => registry.byId(id) ?? []);
    const ids = new Set(mine.map(({ id }) => id));
    for (const id of this.#held.keys()) if (!ids.has(id)) this.#letGo(id);
    for (const handle of mine) this.#hold(handle);
    const minute = Math.floor(now() / minuteMs) * minuteMs;
    if (minute === this.#minute) return;
    this.#minute = minute;
    const waiting = mine.values();
    await Promise.all(
      Array.from({ length: mostAtOnce }, async () => {
        for (const handle of waiting) await this.#keep(handle, minute);
      }),
    );
  }

  /** Never rejects: one cluster that does not answer is in no other's way, and has a gap. */
  async #keep(handle: ClusterHandle, minute: number): Promise<void> {
    const { repository, owner, onError } = this.#options;
    try {
      const measured = await measureCluster(handle.connection, this.#stopping.signal);
      const pods = (await this.#held.get(handle.id)?.pods)?.value;
      const rows = pods?.isComplete === true ? pods.rows() : [];
      const points = sampleUsage(measured, rows, (row) => pods?.labelsOf(row) ?? {});
      if (points.size > 0) await repository.addMinute(handle.id, owner, new Date(minute), points);
    } catch (error) {
      if (!(error instanceof KubeError)) onError(error);
    }
    try {
      while (await repository.packHour(handle.id, owner, minute - settleMs))
        this.#stopping.signal.throwIfAborted();
    } catch (error) {
      if (!(error instanceof KubeError)) onError(error);
    }
  }

  #hold(handle: ClusterHandle): void {
    const held = this.#held.get(handle.id);
    if (held?.handle === handle) return;
    if (held !== undefined) this.#letGo(handle.id);
    const pods = this.#options.holdPods(handle.name).catch((error: unknown) => {
      // asked again with the next tick; until then nodes have figures all the same
      if (this.#held.get(handle.id)?.handle === handle) this.#held.delete(handle.id);
      if (!(error instanceof KubeError)) this.#options.onError(error);
      return null;
    });
    this.#held.set(handle.id, { handle, pods });
  }

  #letGo(id: string): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    void held?.pods.then((pods) => pods?.release());
  }
}
