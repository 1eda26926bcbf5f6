import type { KubernetesObject } from '@pilothouse/kinds';
import { eachObject, type CallOptions, type ClusterConnection } from '@pilothouse/kube';
import type { ObjectKey } from './object-key.ts';
import type { TakenUnit } from './reconcile-units.repository.ts';
import { readLive, type ReadObject } from './unit-check.ts';
import { ownerLabels } from './unit-source.ts';

/** Up to so many objects of a kind are read one by one. */
const fewObjects = 3;

const kindOf = ({ apiGroup, version, plural }: ObjectKey) => `${apiGroup}/${version}/${plural}`;

/**
 * Reads the objects of units of one kind and namespace: by one list for each kind of object they have many of. What a list
 * does not have is asked for by name: its label may be gone, and it is there.
 */
export async function readMany(
  connection: ClusterConnection,
  units: readonly TakenUnit[],
  call: CallOptions,
): Promise<ReadObject> {
  const [first] = units;
  const { kind = 'instance', namespace = '' } = first?.ref ?? {};
  const one = readLive(connection, namespace, call);
  const rows = units.flatMap(({ objects }) => objects);
  const listed = new Map<string, Map<string, KubernetesObject>>();
  for (const [key, sames] of Map.groupBy(rows, kindOf)) {
    const [row] = sames;
    if (row === undefined || sames.length <= fewObjects) continue;
    const wanted = new Set(sames.map(({ name }) => name));
    const found = new Map<string, KubernetesObject>();
    const { apiGroup: group, version, plural } = row;
    await eachObject(
      connection,
      { group, version, plural, namespace },
      (object) => {
        const { name } = object.metadata;
        if (wanted.has(name)) found.set(name, object as KubernetesObject);
      },
      { labelSelector: ownerLabels[kind], ...call },
    );
    listed.set(key, found);
  }
  return async (row) => listed.get(kindOf(row))?.get(row.name) ?? one(row);
}
