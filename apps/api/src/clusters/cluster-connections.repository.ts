import type { Database } from '../db/database.ts';

/** Clusters as the registry reads them: which there are, and their sealed credentials. */
export class ClusterConnections {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(): Promise<{ id: string; name: string; connectionVersion: number }[]> {
    return this.#database.prisma.cluster.findMany({
      select: { id: true, name: true, connectionVersion: true },
    });
  }

  /** Secrets only of those that are asked for. */
  async credentials(
    ids: string[],
  ): Promise<{ id: string; source: string; timeoutMs: number; credential: Uint8Array }[]> {
    return this.#database.prisma.cluster.findMany({
      where: { id: { in: ids } },
      select: { id: true, source: true, timeoutMs: true, credential: true },
    });
  }

  /** Undefined where there is no such cluster. */
  async environment(id: string): Promise<string | undefined> {
    const row = await this.#database.prisma.cluster.findUnique({
      where: { id },
      select: { environment: true },
    });
    return row?.environment;
  }

  /** The namespace that the context names, where it names one. */
  async namespace(id: string): Promise<string | undefined> {
    const row = await this.#database.prisma.cluster.findUnique({
      where: { id },
      select: { namespace: true },
    });
    return row?.namespace ?? undefined;
  }
}
