import type { ClusterRegistry } from '../clusters/cluster-registry.ts';
import { ClusterFeed, isWatched } from './cluster-feed.ts';
import type { ReconcileUnits, StoredUnit } from './reconcile-units.repository.ts';
import type { UnitKind } from './unit-source.ts';
import { nextLookMs } from './unit-run.ts';
import type { UnitStatus } from './unit-state.ts';
import { isSettled, isWorkload } from './unit-status.ts';

export interface StatusFeedsOptions {
  units: ReconcileUnits;
  registry: ClusterRegistry;
  /** Something is known that was not. */
  onChanged: () => void;
  /** Units are to be looked at by whoever does that. */
  onDue: () => void;
  onError: (error: unknown) => void;
}

/** So long after somebody looked, or since it was applied, a unit is followed. */
const lookMs = 60_000;
/** Whoever goes on looking says so as often as this. */
export const lookAgainMs = 15_000;
const followMs = 15 * 60_000;
const tickMs = 1000;
/** At most so old what is looked at says it is. */
const freshMs = 15_000;

interface Followed {
  id: string;
  kind: UnitKind;
  ownerId: string;
  clusterId: string;
  namespace: string;
  fence: number;
  workload: { namespace: string; name: string; uid: string; owned: string | null } | null;
  told: string;
  status: UnitStatus | null;
  /** A change that somebody has been told to look at. */
  suspected: string | null | undefined;
  lookedUntil: number;
  appliedUntil: number;
}

/** Keeps the status of units fresh while somebody looks at them, and of what was just applied until its rollout has ended. */
export class StatusFeeds {
  readonly #options: StatusFeedsOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #feeds = new Map<string, ClusterFeed>();
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #freshAt = 0;

  constructor(options: StatusFeedsOptions) {
    this.#options = options;
  }

  /** Somebody looks at them. */
  look(ids: readonly string[]): void {
    this.#follow(ids, { lookedUntil: performance.now() + lookMs });
  }

  /** They have just been applied. */
  applied(id: string): void {
    this.#follow([id], { appliedUntil: performance.now() + followMs });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#followed.clear();
    for (const feed of this.#feeds.values()) feed.stop();
    this.#feeds.clear();
    await this.#working;
  }

  #follow(ids: readonly string[], until: Partial<Pick<Followed, 'lookedUntil' | 'appliedUntil'>>): void {
    const unread: string[] = [];
    for (const id of ids) {
      const known = this.#followed.get(id);
      if (known !== undefined) Object.assign(known, until);
      // of what was not in its cluster yet nothing could be watched
      if (known?.workload == null || until.appliedUntil !== undefined) unread.push(id);
    }
    if (unread.length === 0) return;
    this.#read(unread, until).catch(this.#options.onError);
  }

  async #read(
    ids: string[],
    until: Partial<Pick<Followed, 'lookedUntil' | 'appliedUntil'>> = {},
  ): Promise<void> {
    const rows = await this.#options.units.states({ ids });
    for (const row of rows) {
      const before = this.#followed.get(row.id);
      const { lookedUntil = 0, appliedUntil = 0 } = before ?? {};
      this.#followed.set(row.id, { ...followed(row), lookedUntil, appliedUntil, ...until });
    }
    for (const id of ids) if (!rows.some((row) => row.id === id)) this.#followed.delete(id);
    this.#timer ??= setInterval(() => this.#tick(), tickMs);
    this.#keepFeeds();
    this.#work();
  }

  #tick(): void {
    const now = performance.now();
    for (const [id, unit] of this.#followed) {
      const isApplied = now < unit.appliedUntil && !isSettled(unit.status);
      if (now >= unit.lookedUntil && !isApplied) this.#followed.delete(id);
    }
    this.#keepFeeds();
    this.#work();
    if (this.#followed.size > 0 || this.#feeds.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #keepFeeds(): void {
    const byCluster = Map.groupBy(this.#followed.values(), ({ clusterId }) => clusterId);
    const connectionOf = (id: string) => this.#options.registry.byId(id)?.connection;
    for (const [id, feed] of this.#feeds) {
      if (connectionOf(id) !== feed.connection) feed.stop();
      else if (!byCluster.has(id)) feed.keep(new Set(), false);
      if (feed.isIdle) this.#feeds.delete(id);
    }
    for (const [id, units] of byCluster) {
      const connection = connectionOf(id);
      if (connection === undefined) continue;
      const feed = this.#feeds.get(id) ?? new ClusterFeed(connection, () => this.#work());
      this.#feeds.set(id, feed);
      feed.keep(
        new Set(units.map(({ kind }) => kind).filter(isWatched)),
        units.some(({ status }) => !isSettled(status)),
      );
    }
  }

  /** One after the other; a change meanwhile is seen at the next tick at the latest. */
  #work(): void {
    this.#working ??= this.#tell()
      .catch(this.#options.onError)
      .finally(() => (this.#working = undefined));
  }

  async #tell(): Promise<void> {
    const { units, onChanged, onDue } = this.#options;
    const outdated: string[] = [];
    const suspects: string[] = [];
    const fresh: string[] = [];
    let isChanged = false;
    for (const unit of this.#followed.values()) {
      const { kind, workload } = unit;
      if (workload === null || !isWatched(kind)) continue;
      const seen =
        this.#feeds.get(unit.clusterId)?.seen(kind, workload, unit.ownerId, unit.status) ?? 'unknown';
      if (seen === 'unknown') continue;
      const owned = seen === 'gone' ? null : seen.owned;
      if (owned !== workload.owned && owned !== unit.suspected) {
        unit.suspected = owned;
        suspects.push(unit.id);
      }
      if (seen === 'gone') continue;
      fresh.push(unit.id);
      if (isOlder(seen.status, unit.status)) continue;
      const text = JSON.stringify(seen.status);
      if (text === unit.told) continue;
      if (await units.told(unit, seen.status, isSettled(seen.status) ? nextLookMs(seen.status) : null)) {
        unit.told = text;
        unit.status = seen.status;
        isChanged = true;
      } else outdated.push(unit.id);
    }
    await units.hasten(suspects);
    if (suspects.length > 0) onDue();
    if (isChanged) onChanged();
    if (performance.now() - this.#freshAt > freshMs) {
      this.#freshAt = performance.now();
      await units.seen(fresh);
    }
    if (outdated.length > 0) await this.#read(outdated);
  }
}

/** Of a Deployment before its last change, which the watch may still tell of. */
function isOlder(seen: UnitStatus, known: UnitStatus | null): boolean {
  const generationOf = (status: UnitStatus | null) =>
    status?.kind === 'Deployment' ? (status.generation ?? 0) : 0;
  return generationOf(seen) < generationOf(known);
}

function followed(row: StoredUnit): Omit<Followed, 'lookedUntil' | 'appliedUntil'> {
  const workload = row.objects.find(isWorkload);
  const { namespace, fence, id, ownerId } = row;
  const status = row.status as UnitStatus | null;
  return {
    id,
    ownerId,
    namespace,
    fence,
    kind: row.kind as UnitKind,
    clusterId: row.clusterId ?? '',
    workload:
      workload?.uid == null
        ? null
        : { namespace, name: workload.name, uid: workload.uid, owned: workload.owned },
    told: JSON.stringify(status),
    status,
    suspected: undefined,
  };
}
