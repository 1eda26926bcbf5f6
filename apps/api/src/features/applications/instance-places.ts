import type { UnitPlace, UnitRef } from '../../reconcile/unit-source.ts';
import type { InstancePlace, InstanceRow } from './instance.repository.ts';

/** Where an instance is, and where it moves to. */
export function placesOf(row: InstanceRow): InstancePlace[] {
  return row.movingTo === null ? [ownPlace(row)] : [ownPlace(row), row.movingTo];
}

export function ownPlace({ namespaceId: id, clusterId, cluster, namespace }: InstanceRow): InstancePlace {
  return { id, clusterId, cluster, namespace };
}

/** The instance as it would be elsewhere. */
export function instanceAt(
  row: InstanceRow,
  { id, clusterId, cluster, namespace }: InstancePlace,
): InstanceRow {
  return { ...row, namespaceId: id, clusterId, cluster, namespace };
}

export function isAt(place: Pick<InstancePlace, 'clusterId' | 'namespace'>, unit: UnitPlace): boolean {
  return place.clusterId === unit.clusterId && place.namespace === unit.namespace;
}

/** Those of an application's instances that need what it shares in a place. */
export function usersOf(rows: readonly InstanceRow[], place: UnitPlace): InstanceRow[] {
  return rows.filter((row) => placesOf(row).some((each) => isAt(each, place)));
}

/** The newest that any of them has taken over: a newer one was not looked at where they are. */
export function sharedVersion(users: readonly InstanceRow[]): number {
  return Math.max(...users.map(({ applicationVersion }) => applicationVersion));
}

/** What is shared first: an instance may need it. Nothing where the cluster is not registered any more. */
export function unitsAt(
  { id, applicationId }: Pick<InstanceRow, 'id' | 'applicationId'>,
  { clusterId, namespace }: Pick<InstancePlace, 'clusterId' | 'namespace'>,
): UnitRef[] {
  if (clusterId === null) return [];
  return [
    { kind: 'shared', ownerId: applicationId, clusterId, namespace },
    { kind: 'instance', ownerId: id, clusterId, namespace },
  ];
}

/** In all its places. */
export function unitsOf(row: InstanceRow): UnitRef[] {
  return placesOf(row).flatMap((place) => unitsAt(row, place));
}
