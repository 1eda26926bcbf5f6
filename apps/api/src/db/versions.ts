import type { Database, Queries } from './database.ts';

/**
 * - `access`: a session ended, a user changed, or a right was given or taken; streams ask again whether they may go on.
 * - `policies`: roles or grants changed; compiled rights are thrown away. Always goes up together with `access`.
 * - `clusters`: a cluster was registered, changed or removed.
 * - `applications`: a project, an application, an instance or a cron job changed, or what is known of it.
 */
export type VersionName = 'access' | 'policies' | 'clusters' | 'applications';

/** Tells every replica of a change; belongs into the transaction that makes it. */
export async function bumpVersion(queries: Queries, ...names: VersionName[]): Promise<void> {
  // always in the same order, so that two transactions never wait for each other
  for (const name of names.toSorted()) {
    await queries.version.update({ where: { name }, data: { version: { increment: 1 } } });
  }
}

const pollMs = 750;
/** After this long without an answer nobody may rely on what was read before. */
const staleMs = 5000;

/** Watches the counters every replica shares, and tells listeners within a second when one went up. */
export class Versions {
  readonly #database: Database;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Map<VersionName, Set<() => void>>();
  #seen = new Map<string, bigint>();
  /** By the clock that nobody sets. */
  #answeredAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #polling: Promise<void> | undefined;

  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  /** Reads the counters once, then again every 750 ms until {@link stop}. */
  async start(): Promise<void> {
    await this.#poll();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Whether the database said within the last 5 s what has changed. */
  get fresh(): boolean {
    return performance.now() - this.#answeredAt < staleMs;
  }

  /** Calls `listener` after each change of the counter; returns how to stop that. */
  onChange(name: VersionName, listener: () => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Looks now: whoever changed something does not wait for the next round. */
  async refresh(): Promise<void> {
    // a round under way may have read before the change
    await this.#polling?.catch(() => undefined);
    await this.#poll();
  }

  /** Tells the listeners of this process only: of what no counter says, such as the end of a grant. */
  tell(...names: VersionName[]): void {
    if (this.#stopped) return;
    for (const name of names) for (const listener of this.#listeners.get(name) ?? []) this.#tell(listener);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#poll()
        .catch(this.#onError)
        .finally(() => this.#schedule());
    }, pollMs);
    this.#timer.unref();
  }

  #poll(): Promise<void> {
    this.#polling ??= this.#read().finally(() => (this.#polling = undefined));
    return this.#polling;
  }

  async #read(): Promise<void> {
    const asked = performance.now();
    const rows = await this.#database.prisma.version.findMany();
    this.#answeredAt = asked;
    const before = this.#seen;
    this.#seen = new Map(rows.map((row) => [row.name, row.version]));
    const changed = rows.filter((row) => before.size > 0 && before.get(row.name) !== row.version);
    // rights first: whoever hears of `access` asks them again
    for (const { name } of changed.toSorted((a, b) => b.name.localeCompare(a.name))) {
      for (const listener of this.#listeners.get(name as VersionName) ?? []) this.#tell(listener);
    }
  }

  /** One listener's failure keeps nothing from the others. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#onError(error);
    }
  }
}
