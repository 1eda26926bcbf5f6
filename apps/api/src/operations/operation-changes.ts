import type { OperationsRepository } from './operations.repository.ts';

export interface OperationChange {
  id: string;
  /** Whose it is, null for the platform's own; undefined where that is not known. */
  actorId?: string | null;
}
export type OperationListener = (change: OperationChange) => void;

const pollMs = 1000;
/** Longer than any pause between two polls that is not an outage. */
const windowSeconds = 10;

/**
 * Says which operation has changed, whichever process did it: at once for this one's own writes, within a second for
 * others'. Reads nothing while nobody listens.
 */
export class OperationChanges {
  readonly #repository: OperationsRepository;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<OperationListener>();
  #stamps: Map<string, string> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(repository: OperationsRepository, onError: (error: unknown) => void) {
    this.#repository = repository;
    this.#onError = onError;
  }

  /** Returns how to stop listening. */
  onChange(listener: OperationListener): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#poll().catch(this.#onError), pollMs);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  emit(change: OperationChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stamps = undefined;
  }

  async #poll(): Promise<void> {
    const before = this.#stamps;
    const rows = await this.#repository.recentlyChanged(windowSeconds);
    this.#stamps = new Map(rows.map(({ id, stamp }) => [id, stamp]));
    for (const { id, actorId, stamp } of rows)
      if (before !== undefined && before.get(id) !== stamp) this.emit({ id, actorId });
  }
}
