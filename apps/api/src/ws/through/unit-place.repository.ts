import type { TicketRequest } from '@pilothouse/contract';
import type { Database } from '../../db/database.ts';
import type { UnitRef } from '../../reconcile/unit-source.ts';

/** By which node of the service tree, and as whose pod, somebody comes to a stream. */
export type Through = NonNullable<Extract<TicketRequest, { purpose: 'log' }>['through']>;

/** Which node of the service tree a unit hangs on, and where it runs. */
export class UnitPlaces {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null where the node has no such unit, or its cluster is not registered any more. */
  async find({ unit, node, id }: Through): Promise<UnitRef | null> {
    const row = await this.#row(unit, node, id);
    if (row === null || row.namespace.clusterId === null) return null;
    const { clusterId, namespace } = row.namespace;
    return { kind: unit, ownerId: id, clusterId, namespace };
  }

  #row(unit: Through['unit'], node: string, id: string) {
    const { prisma } = this.#database;
    const select = { namespace: { select: { clusterId: true, namespace: true } } };
    switch (unit) {
      case 'instance':
        return prisma.instance.findFirst({ where: { id, applicationId: node }, select });
      case 'cronJob':
        return prisma.cronJob.findFirst({ where: { id, projectId: node }, select });
    }
  }
}
