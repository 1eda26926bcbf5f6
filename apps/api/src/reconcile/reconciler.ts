import type { KubernetesObject } from '@pilothouse/kinds';
import type { ClusterConnection } from '@pilothouse/kube';
import type { ClusterRegistry } from '../clusters/cluster-registry.ts';
import type { Database, Queries } from '../db/database.ts';
import { bumpVersion, type Versions } from '../db/versions.ts';
import { defaultLeaseTimes, LeaseKeeper, LeaseLost, type LeaseTimes } from '../operations/lease-keeper.ts';
import { lookAtUnits } from './look-at-units.ts';
import { liveObjects, type LiveObject } from './live-objects.ts';
import { AwayClusters } from './away-clusters.ts';
import { previewUnits, type Planned, type Preview } from './preview.ts';
import { failureOf, retryMs } from './reconcile-failure.ts';
import { ReconcileUnits, type TakenUnit } from './reconcile-units.repository.ts';
import { UnitRun, unsettledMs } from './unit-run.ts';
import type { UnitKind, UnitPlace, UnitRef, UnitSource } from './unit-source.ts';
import { StatusFeeds } from './status-feeds.ts';
import type { DriftedField, UnitState } from './unit-state.ts';
import { UnitStates } from './unit-states.ts';
import { isSettled } from './unit-status.ts';

export interface ReconcilerOptions {
  database: Database;
  registry: ClusterRegistry;
  versions: Pick<Versions, 'refresh'>;
  /** Names this process in leases. */
  owner: string;
  /** What was applied is known again by it, without being told. */
  hashKey: Buffer;
  onError: (error: unknown) => void;
  times?: LeaseTimes;
  pollMs?: number;
  /** Between any two steps of a unit; tests end the process here. */
  onStep?: (step: string, unit: UnitRef) => void | Promise<void>;
}

/** Units at work at once: in all, and in one cluster. */
const mostUnits = 16;
const mostOfCluster = 8;
/** Between two looks for what other processes want; what this one wants is taken up at once. */
const defaultPollMs = 2000;
/** Changes are told of together. */
const tellMs = 300;

/** Makes clusters what MySQL says: takes up units that are due, one at a time each over all processes of the platform. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #units: ReconcileUnits;
  readonly #states: UnitStates;
  readonly #sources = new Map<UnitKind, UnitSource>();
  readonly #away: AwayClusters;
  readonly #feeds: StatusFeeds;
  /** Work under way, with the cluster it is in. */
  readonly #running = new Map<Promise<void>, string>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #looksAgain = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const { leaseMs } = options.times ?? defaultLeaseTimes;
    this.#units = new ReconcileUnits(options.database, leaseMs);
    this.#states = new UnitStates(this.#units, options.registry);
    this.#away = new AwayClusters(options.registry, () => this.wake());
    this.#feeds = new StatusFeeds({
      units: this.#units,
      registry: options.registry,
      onChanged: () => this.#changed(),
      onDue: () => this.wake(),
      onError: options.onError,
    });
  }

  /** Adds a feature whose rows are written to clusters. */
  register(source: UnitSource): void {
    this.#sources.set(source.kind, source);
  }

  /** The units' rows have changed: belongs into the transaction that changes them; {@link wake} comes after it. */
  want(queries: Queries, ...units: UnitRef[]): Promise<void> {
    return this.#units.want(queries, units, false);
  }

  /** As {@link want}, for all that is written into a namespace. */
  wantAllIn(queries: Queries, place: UnitPlace): Promise<void> {
    return this.#units.wantAllIn(queries, place);
  }

  /** As {@link want}; takes fields over that others have changed, and makes again what was removed. */
  mend(queries: Queries, ...units: UnitRef[]): Promise<void> {
    return this.#units.want(queries, units, true);
  }

  /** What others had changed is wanted so now, all but `drift`: belongs into the transaction that says {@link want}. */
  adopted(queries: Queries, unit: UnitRef, drift: DriftedField[]): Promise<void> {
    return this.#units.adopted(queries, unit, drift);
  }

  /** The objects of a unit as they are in its cluster now. */
  live(unit: UnitRef): Promise<LiveObject[]> {
    return liveObjects({ units: this.#units, registry: this.#options.registry }, unit);
  }

  /** Forgets units and what they have in clusters, which stays there. Of those parts that are left out it is all of them. */
  abandon(queries: Queries, unit: Pick<UnitRef, 'kind' | 'ownerId'> & Partial<UnitRef>): Promise<void> {
    return this.#units.abandon(queries, unit);
  }

  /** What is known of the units of owners; several of one owner where it is in several places. */
  states(kind: UnitKind, ownerIds: string[]): Promise<UnitState[]> {
    return this.#states.of(kind, ownerIds);
  }

  /** As {@link states}, of all that is written into a namespace. */
  statesIn(place: UnitPlace): Promise<UnitState[]> {
    return this.#states.in(place);
  }

  /** Those of these clusters that did not answer when they were last asked. */
  async unreachable(clusterIds: string[]): Promise<ReadonlySet<string>> {
    if (clusterIds.length === 0) return new Set();
    return new Set((await this.#units.unreachable(clusterIds)).keys());
  }

  /** What objects would be in the unit's cluster, and how that differs from what is there; nothing is written. */
  async preview(unit: UnitRef, objects: KubernetesObject[]): Promise<Preview> {
    const [preview] = await this.previews([{ unit, objects }]);
    return preview ?? { changes: [], warnings: [], clusterError: null };
  }

  /** As {@link preview}, of many. */
  previews(planned: readonly Planned[]): Promise<Preview[]> {
    return previewUnits({ units: this.#units, registry: this.#options.registry }, planned);
  }

  /** Somebody looks at these units: what is known of them is kept fresh for a while. */
  lookedAt(ids: readonly string[]): void {
    if (this.#timer !== undefined) this.#feeds.look(ids);
  }

  /** How many units are due, and how many cannot be applied. */
  counts(): Promise<{ due: number; failing: number }> {
    return this.#units.counts();
  }

  start(): void {
    const { pollMs = defaultPollMs } = this.#options;
    this.#timer = setInterval(() => this.wake(), pollMs);
    this.wake();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    this.#away.stop();
    await this.#feeds.stop();
    await this.#looking;
    await Promise.all(this.#running.keys());
    if (this.#telling !== undefined) {
      clearTimeout(this.#telling);
      await this.#tell();
    }
  }

  /** Takes up what is due at once. */
  wake(): void {
    if (this.#timer === undefined || this.#stopping.signal.aborted) return;
    if (this.#looking !== undefined) {
      this.#looksAgain = true;
      return;
    }
    this.#looking = this.#look()
      .catch(this.#options.onError)
      .finally(() => {
        this.#looking = undefined;
        if (!this.#looksAgain) return;
        this.#looksAgain = false;
        this.wake();
      });
  }

  async #look(): Promise<void> {
    for (;;) {
      const room = this.#room();
      const free = mostUnits - this.#running.size;
      if (room.size === 0 || free <= 0 || this.#stopping.signal.aborted) return;
      if (!(await this.#units.hasDue([...room.keys()]))) return;
      const taken = await this.#units.take(this.#options.owner, room, free);
      if (taken.length === 0) return;
      for (const unit of taken) this.#begin(unit);
    }
  }

  /** How many more units may be worked on in each cluster that answers. */
  #room(): Map<string, number> {
    const room = new Map<string, number>();
    for (const { id } of this.#options.registry.list()) if (!this.#away.has(id)) room.set(id, mostOfCluster);
    for (const id of this.#running.values()) {
      const left = room.get(id);
      if (left !== undefined) room.set(id, left - 1);
    }
    for (const [id, left] of room) if (left <= 0) room.delete(id);
    return room;
  }

  #begin(unit: TakenUnit): void {
    const running: Promise<void> = this.#run(unit)
      .catch(this.#options.onError)
      .finally(() => {
        this.#running.delete(running);
        this.wake();
      });
    this.#running.set(running, unit.ref.clusterId);
  }

  /** One unit's turn; what goes wrong with it is in its row. */
  async #run(unit: TakenUnit): Promise<void> {
    const units = this.#units;
    const keeper = new LeaseKeeper({
      times: this.#options.times ?? defaultLeaseTimes,
      renew: () => units.renew(unit),
      cancelRequested: false,
    });
    const signal = AbortSignal.any([keeper.lost, this.#stopping.signal]);
    const connection = this.#options.registry.byId(unit.ref.clusterId)?.connection;
    const source = this.#sources.get(unit.ref.kind);
    try {
      if (connection === undefined || source === undefined) {
        await units.failed(unit, { written: [], gone: [] }, { error: null, attempt: 0, nextMs: unsettledMs });
        return;
      }
      const onStep = (step: string) => this.#options.onStep?.(step, unit.ref);
      const { hashKey } = this.#options;
      const run = new UnitRun({ units, connection, keeper, hashKey, signal, onStep }, unit);
      try {
        await onStep('taken');
        await this.#away.require(unit.ref.clusterId);
        if (await this.#work(unit, run, { source, connection, signal })) this.#changed();
      } catch (error) {
        await this.#failed(unit, run, error);
        this.#changed();
      }
    } finally {
      keeper.release();
    }
  }

  /** Resolves with whether anything is known that was not. */
  async #work(
    unit: TakenUnit,
    run: UnitRun,
    parts: { source: UnitSource; connection: ClusterConnection; signal: AbortSignal },
  ): Promise<boolean> {
    const { source, connection, signal } = parts;
    const { ref } = unit;
    const isLook = unit.applied === unit.wanted && !unit.isRemoving;
    // what instances share is there as long as one of them is, and nobody may have said that the last has gone
    const rendered = !isLook || ref.kind === 'shared' ? await source.render(ref) : undefined;
    if (rendered === null || rendered?.isRemoving === true) {
      await run.remove((queries) => source.removed(queries, ref));
      return true;
    }
    if (isLook || rendered === undefined)
      return lookAtUnits({ units: this.#units, connection, source }, unit, {
        signal,
        priority: 'background',
      });
    const status = await run.apply(rendered);
    if (!isSettled(status)) this.#feeds.applied(unit.id);
    return true;
  }

  async #failed(unit: TakenUnit, run: UnitRun, error: unknown): Promise<void> {
    if (error instanceof LeaseLost) return;
    const { ref, attempt } = unit;
    // the platform stops: the next process goes on at once
    if (this.#stopping.signal.aborted) {
      await this.#units.failed(unit, run.changes, { error: null, attempt, nextMs: 0 });
      return;
    }
    const failure = failureOf(error, ref.namespace);
    if (failure.isBug) this.#options.onError(error);
    if (failure.isAway) this.#away.add(ref.clusterId);
    const again = failure.isAway ? { attempt, nextMs: 0 } : next(attempt, failure.isLasting);
    await this.#units.failed(unit, run.changes, { error: failure.error, ...again });
  }

  /** Tells every replica that something is known that was not. */
  #changed(): void {
    if (this.#telling !== undefined) return;
    this.#telling = setTimeout(() => void this.#tell().catch(this.#options.onError), tellMs);
  }

  async #tell(): Promise<void> {
    this.#telling = undefined;
    const { database, versions } = this.#options;
    await database.transaction((queries) => bumpVersion(queries, 'applications'));
    await versions.refresh();
  }
}

function next(attempt: number, isLasting: boolean): { attempt: number; nextMs: number } {
  return { attempt: attempt + 1, nextMs: retryMs(attempt + 1, isLasting) };
}
