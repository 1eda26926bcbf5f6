import { getObject, KubeError, type ClusterConnection } from '@pilothouse/kube';
import type { Database } from '../db/database.ts';
import type { UnitRef } from './unit-source.ts';

interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
}

interface OwnedObject {
  metadata: { uid: string; ownerReferences?: Owner[] };
}

/** What stands between a unit's objects and their Pods. */
const between: Record<string, { group: string; version: string; plural: string }> = {
  'apps/v1/ReplicaSet': { group: 'apps', version: 'v1', plural: 'replicasets' },
  'batch/v1/Job': { group: 'batch', version: 'v1', plural: 'jobs' },
};

/** Whose a Pod is. Labels can be copied: only the uids of the owners that control it count. */
export class PodOwnership {
  readonly #database: Database;
  readonly #connectionTo: (clusterId: string) => ClusterConnection | undefined;

  constructor(database: Database, connectionTo: (clusterId: string) => ClusterConnection | undefined) {
    this.#database = database;
    this.#connectionTo = connectionTo;
  }

  /**
   * Whether a Pod's controllers lead to an object that the platform has written for the unit. False as well where there
   * is no such Pod, or it has another uid than is asked for. Rejects with KubeError.
   */
  async owns(unit: UnitRef, pod: { name: string; uid?: string }): Promise<boolean> {
    const connection = this.#connectionTo(unit.clusterId);
    const written = await this.#writtenFor(unit);
    if (connection === undefined || written.size === 0) return false;
    const place = { namespace: unit.namespace, name: pod.name };
    const found = await read(connection, { group: 'core', version: 'v1', plural: 'pods', ...place });
    if (found === undefined || (pod.uid !== undefined && found.metadata.uid !== pod.uid)) return false;
    let object: OwnedObject = found;
    // a Pod of a ReplicaSet or a Job: one step, and another to its Deployment or CronJob
    for (let step = 0; step < 2; step++) {
      const owner: Owner | undefined = object.metadata.ownerReferences?.find(
        ({ controller }) => controller === true,
      );
      if (owner === undefined) return false;
      if (written.has(owner.uid)) return true;
      const kind = between[`${owner.apiVersion}/${owner.kind}`];
      if (kind === undefined) return false;
      const next = await read(connection, { ...kind, namespace: unit.namespace, name: owner.name });
      if (next?.metadata.uid !== owner.uid) return false;
      object = next;
    }
    return false;
  }

  async #writtenFor({ kind, ownerId, clusterId, namespace }: UnitRef): Promise<Set<string>> {
    const rows = await this.#database.prisma.reconciledObject.findMany({
      where: { unit: { kind, ownerId, clusterId, namespace }, uid: { not: null } },
      select: { uid: true },
    });
    return new Set(rows.flatMap(({ uid }) => uid ?? []));
  }
}

/** Undefined where there is none. */
async function read(
  connection: ClusterConnection,
  ref: { group: string; version: string; plural: string; namespace: string; name: string },
): Promise<OwnedObject | undefined> {
  try {
    return await getObject<OwnedObject>(connection, ref);
  } catch (error) {
    if (error instanceof KubeError && error.is(404)) return undefined;
    throw error;
  }
}
