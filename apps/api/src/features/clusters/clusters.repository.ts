import { isUniqueViolation } from '../../db/database-error.ts';
import { type Database, type Prisma, type Queries } from '../../db/database.ts';
import { bumpVersion } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';

export type ClusterSource = 'pasted' | 'file' | 'demo';

/** What people may edit. */
export interface ClusterSettings {
  displayName: string;
  environment: string;
  description: string;
  /** Who answers for it. */
  owner: string;
  labels: Record<string, string>;
  /** Milliseconds a request may take. */
  timeoutMs: number;
  /** What is used in it is kept. */
  keepsUsage: boolean;
}

/** What is stored of a kubeconfig's context. */
export interface StoredCredential {
  server: string;
  context: string;
  namespace: string | null;
  insecureSkipTlsVerify: boolean;
  certificateExpiresAt: Date | null;
  caExpiresAt: Date | null;
  tokenExpiresAt: Date | null;
  source: ClusterSource;
  /** Sealed. */
  credential: Uint8Array<ArrayBuffer>;
}

/** A file of the kubeconfigs folder, at one of its contents. */
export interface FileVersion {
  id: string;
  file: string;
  contentHash: string;
}

const visible = {
  omit: { credential: true },
  include: { health: true, prometheus: { select: { id: true } } },
} as const;

export type ClusterRow = Prisma.ClusterGetPayload<typeof visible>;

/** Clusters as they are registered, without their health. Every change tells the other replicas. */
export class ClustersRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(ids?: string[]): Promise<ClusterRow[]> {
    const where = ids === undefined ? {} : { id: { in: ids } };
    return this.#database.prisma.cluster.findMany({ where, orderBy: { name: 'asc' }, ...visible });
  }

  async find(name: string): Promise<ClusterRow | null> {
    return this.#database.prisma.cluster.findUnique({ where: { name }, ...visible });
  }

  async findBySource(source: ClusterSource): Promise<ClusterRow | null> {
    return this.#database.prisma.cluster.findFirst({ where: { source }, ...visible });
  }

  async count(): Promise<number> {
    return this.#database.prisma.cluster.count();
  }

  /** Throws `conflict` when the name is taken, or the file was registered by another replica meanwhile. */
  async create(cluster: {
    id: string;
    name: string;
    settings: ClusterSettings;
    credential: StoredCredential;
    file: FileVersion | null;
  }): Promise<void> {
    const { id, name, settings, credential, file } = cluster;
    const now = new Date();
    await this.#refusingConflicts(name, async (tx) => {
      await tx.cluster.create({
        data: {
          id,
          name,
          ...settings,
          ...credential,
          connectionVersion: 1,
          createdAt: now,
          updatedAt: now,
          health: { create: { state: 'unknown', nextProbeAt: now } },
        },
      });
      if (file !== null) await this.#recordFile(tx, id, file, now);
      await bumpVersion(tx, 'clusters');
    });
  }

  async edit(id: string, settings: Partial<ClusterSettings>): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const changed = await tx.cluster.updateMany({
        where: { id },
        data: {
          ...settings,
          updatedAt: new Date(),
          ...(settings.timeoutMs !== undefined && { connectionVersion: { increment: 1 } }),
        },
      });
      if (changed.count === 0) throw new AppError('notFound');
      await bumpVersion(tx, 'clusters');
    });
  }

  async replaceCredential(
    id: string,
    name: string,
    credential: StoredCredential,
    file: FileVersion | null,
  ): Promise<void> {
    const now = new Date();
    await this.#refusingConflicts(name, async (tx) => {
      const changed = await tx.cluster.updateMany({
        where: { id },
        data: { ...credential, connectionVersion: { increment: 1 }, updatedAt: now },
      });
      if (changed.count === 0) throw new AppError('notFound');
      if (file !== null) await this.#recordFile(tx, id, file, now);
      await bumpVersion(tx, 'clusters');
    });
  }

  /** Forgets the cluster, and every grant in it with it. */
  async remove(id: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx.grant.deleteMany({ where: { clusterId: id } });
      const removed = await tx.cluster.deleteMany({ where: { id } });
      if (removed.count === 0) throw new AppError('notFound');
      await bumpVersion(tx, 'access', 'policies', 'clusters');
    });
  }

  /** Contents of files that were registered or replaced something; `cluster` is null where it was removed since. */
  async handledFiles(): Promise<{ file: string; contentHash: string; cluster: string | null }[]> {
    const rows = await this.#database.prisma.kubeconfigFile.findMany({
      orderBy: { handledAt: 'asc' },
      select: { file: true, contentHash: true, cluster: { select: { name: true } } },
    });
    return rows.map(({ cluster, ...row }) => ({ ...row, cluster: cluster?.name ?? null }));
  }

  async #recordFile(tx: Queries, clusterId: string, version: FileVersion, now: Date): Promise<void> {
    const { id, file, contentHash } = version;
    // the same content again, after its cluster was removed or on another cluster
    await tx.kubeconfigFile.deleteMany({ where: { file, contentHash, clusterId: null } });
    await tx.kubeconfigFile.create({ data: { id, file, contentHash, clusterId, handledAt: now } });
  }

  async #refusingConflicts(name: string, work: (tx: Queries) => Promise<void>): Promise<void> {
    try {
      await this.#database.transaction(work);
    } catch (error) {
      if (isUniqueViolation(error)) throw new AppError('conflict', { what: name }, 'body.name');
      throw error;
    }
  }
}
