import type { ClusterRegistry } from '../clusters/cluster-registry.ts';
import type { ReconcileUnits, StoredUnit } from './reconcile-units.repository.ts';
import type { UnitKind, UnitPlace } from './unit-source.ts';
import type { DriftedField, UnitError, UnitState, UnitStatus } from './unit-state.ts';

/** What is known of units, with how their clusters are. */
export class UnitStates {
  readonly #units: ReconcileUnits;
  readonly #registry: ClusterRegistry;

  constructor(units: ReconcileUnits, registry: ClusterRegistry) {
    this.#units = units;
    this.#registry = registry;
  }

  async of(kind: UnitKind, ownerIds: string[]): Promise<UnitState[]> {
    return ownerIds.length === 0 ? [] : this.#statesOf(await this.#units.states({ kind, ownerIds }));
  }

  async in(place: UnitPlace): Promise<UnitState[]> {
    return this.#statesOf(await this.#units.states({ place }));
  }

  async #statesOf(rows: readonly StoredUnit[]): Promise<UnitState[]> {
    const clusters = [...new Set(rows.flatMap(({ clusterId }) => clusterId ?? []))];
    const unreachable = clusters.length === 0 ? new Map() : await this.#units.unreachable(clusters);
    return rows.map((row) => this.#stateOf(row, unreachable.get(row.clusterId ?? '')));
  }

  #stateOf(row: StoredUnit, reason: string | undefined): UnitState {
    const clusterId = row.clusterId ?? '';
    const isRegistered = this.#registry.byId(clusterId) !== undefined;
    const known = row.error as UnitError | null;
    // a unit that has just met it knows it before the next probe does
    const isReachable = isRegistered && reason === undefined && known?.code !== 'clusterUnreachable';
    const unreachable: UnitError | null =
      isRegistered && reason !== undefined ? { code: 'clusterUnreachable', params: { reason } } : null;
    return {
      id: row.id,
      kind: row.kind as UnitKind,
      ownerId: row.ownerId,
      clusterId,
      namespace: row.namespace,
      wanted: row.wanted,
      applied: row.applied,
      appliedVersion: row.appliedVersion,
      isRemoving: row.isRemoving,
      attempt: row.attempt,
      error: known ?? unreachable,
      drift: (row.drift as DriftedField[] | null) ?? [],
      status: row.status as UnitStatus | null,
      appliedAt: row.appliedAt,
      checkedAt: row.checkedAt,
      objects: row.objects.flatMap(({ apiGroup, plural, kind, name, uid }) =>
        uid === null ? [] : [{ group: apiGroup === '' ? 'core' : apiGroup, plural, kind, name, uid }],
      ),
      isRegistered,
      isReachable,
    };
  }
}
