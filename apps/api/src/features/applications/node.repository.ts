import type { Database } from '../../db/database.ts';

export interface TreeNodeText {
  id: string;
  name: string;
  displayName: string;
  description: string;
}

/** What nodes of the service tree are called. */
export class NodeRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async byId(ids: readonly string[]): Promise<Map<string, TreeNodeText>> {
    const rows = await this.#database.prisma.treeNode.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, name: true, displayName: true, description: true },
    });
    return new Map(rows.map((row) => [row.id, row]));
  }
}
