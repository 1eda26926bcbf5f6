import type { KubernetesObject } from '@pilothouse/kinds';
import type { ClusterRegistry } from '../clusters/cluster-registry.ts';
import { AppError } from '../http/app-error.ts';
import type { ObjectKey } from './object-key.ts';
import type { ReconcileUnits } from './reconcile-units.repository.ts';
import { readLive } from './unit-check.ts';
import type { UnitRef } from './unit-source.ts';

/** An object of a unit's inventory, as it is in its cluster now. */
export interface LiveObject {
  key: ObjectKey;
  /** Null: it is gone, or another has its name. */
  found: KubernetesObject | null;
}

/** Throws `clusterNotRegistered`, or where the cluster cannot be asked. */
export async function liveObjects(
  { units, registry }: { units: ReconcileUnits; registry: ClusterRegistry },
  unit: UnitRef,
): Promise<LiveObject[]> {
  const handle = registry.byId(unit.clusterId);
  if (handle === undefined) throw new AppError('clusterNotRegistered', { cluster: unit.clusterId });
  const rows = (await units.find(unit))?.objects ?? [];
  const read = readLive(handle.connection, unit.namespace, {});
  const written = rows.filter(({ uid }) => uid !== null);
  return Promise.all(
    written.map(async (row) => {
      const object = await read(row);
      return { key: row, found: object?.metadata?.uid === row.uid ? object : null };
    }),
  );
}
