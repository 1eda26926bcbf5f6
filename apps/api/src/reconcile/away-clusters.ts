import type { ClusterRegistry } from '../clusters/cluster-registry.ts';

/** From one question whether it is back to the next. */
const firstMs = 2000;
const mostMs = 5000;
/** What answered so lately needs no question. */
const aliveMs = 10_000;

/** Clusters that do not answer: one cheap question now and then, instead of one for each of their units. */
export class AwayClusters {
  readonly #registry: ClusterRegistry;
  readonly #onBack: () => void;
  readonly #away = new Map<string, { waitMs: number; timer: NodeJS.Timeout | undefined }>();
  readonly #unsubscribe: () => void;

  constructor(registry: ClusterRegistry, onBack: () => void) {
    this.#registry = registry;
    this.#onBack = onBack;
    // somebody else has asked it, or it is reached in another way now
    this.#unsubscribe = registry.onChange((id) => {
      if (this.#away.get(id)?.timer !== undefined) void this.#ask(id);
    });
  }

  has(clusterId: string): boolean {
    return this.#away.has(clusterId);
  }

  /** Makes sure that it answers; rejects with KubeError. */
  async require(clusterId: string): Promise<void> {
    await this.#registry.byId(clusterId)?.connection.checkAlive(aliveMs);
  }

  add(clusterId: string): void {
    if (this.#away.has(clusterId)) return;
    this.#away.set(clusterId, { waitMs: firstMs, timer: undefined });
    this.#schedule(clusterId);
  }

  stop(): void {
    this.#unsubscribe();
    for (const { timer } of this.#away.values()) clearTimeout(timer);
    this.#away.clear();
  }

  #schedule(clusterId: string): void {
    const entry = this.#away.get(clusterId);
    if (entry === undefined) return;
    entry.timer = setTimeout(() => void this.#ask(clusterId), entry.waitMs);
    entry.timer.unref();
    entry.waitMs = Math.min(mostMs, entry.waitMs * 2);
  }

  /** Never rejects. */
  async #ask(clusterId: string): Promise<void> {
    const entry = this.#away.get(clusterId);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    entry.timer = undefined;
    const handle = this.#registry.byId(clusterId);
    try {
      await handle?.connection.checkAlive(0);
    } catch {
      return this.#schedule(clusterId);
    }
    this.#away.delete(clusterId);
    this.#onBack();
  }
}
