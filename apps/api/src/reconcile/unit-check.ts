import type { KubernetesObject } from '@pilothouse/kinds';
import { getObject, KubeError, type CallOptions, type ClusterConnection } from '@pilothouse/kube';
import { driftOf } from './drift.ts';
import { keyOf, refOf, sameKey } from './object-key.ts';
import type { Finding, ObjectRow, TakenUnit } from './reconcile-units.repository.ts';
import type { Rendered } from './unit-source.ts';
import type { DriftedField, UnitStatus } from './unit-state.ts';
import { isWorkload, ownedOf, statusWithoutPods } from './unit-status.ts';

/** Reads an object of a unit's inventory; null where there is none. */
export type ReadObject = (row: ObjectRow) => Promise<KubernetesObject | null>;

export function readLive(connection: ClusterConnection, namespace: string, call: CallOptions): ReadObject {
  return (row) =>
    getObject<KubernetesObject>(connection, refOf(row, namespace), call).catch((error: unknown) => {
      if (error instanceof KubeError && error.is(404)) return null;
      throw error;
    });
}

/**
 * Looks whether a unit's objects are still as they were applied. What should be is only rendered where somebody has
 * changed something that is the unit's.
 */
export async function checkUnit(
  unit: TakenUnit,
  read: ReadObject,
  render: () => Promise<Rendered | null>,
): Promise<Finding> {
  const drift: DriftedField[] = [];
  let status: UnitStatus | null = null;
  let rendered: Rendered | null | undefined;
  for (const row of unit.objects) {
    const found = await read(row);
    const { kind, name } = row;
    if (found === null) {
      drift.push({ kind, name, path: '', wanted: null });
      continue;
    }
    const uid = found.metadata?.uid;
    if (uid !== row.uid) {
      drift.push({ kind, name, path: 'metadata.uid', wanted: row.uid, found: uid });
      continue;
    }
    if (isWorkload(row)) status = statusWithoutPods({ ...found, kind }, unit.status);
    if (ownedOf(found) === row.owned) continue;
    rendered ??= await render();
    const object = rendered?.objects.find((each) => sameKey(keyOf(each), row));
    if (object !== undefined) drift.push(...driftOf(object, found));
  }
  return { status, drift: drift.slice(0, 50) };
}
