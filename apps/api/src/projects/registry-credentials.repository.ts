import type { RegistryCredential } from '@pilothouse/manifests';
import type { Database, Prisma, Queries } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import type { SecretBox } from '../db/secret-box.ts';

/** What a project pulls images with from a registry; the password stays sealed. */
export interface RegistryRow {
  id: string;
  projectId: string;
  /** Null: in all clusters of the project. */
  clusterId: string | null;
  host: string;
  username: string;
  author: string;
  updatedAt: Date;
}

/** Where something of a project runs. */
export interface ProjectPlace {
  projectId: string;
  clusterId: string | null;
}

const table = 'registry_credentials';
const column = 'sealed_password';
const shown = {
  id: true,
  projectId: true,
  clusterId: true,
  host: true,
  username: true,
  author: true,
  updatedAt: true,
} as const;

/** Credentials of registries, by project. */
export class RegistryCredentials {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  /** By host; for one host that of all clusters comes first. */
  async list(projectId: string): Promise<RegistryRow[]> {
    return this.#database.prisma.registryCredential.findMany({
      where: { projectId },
      select: shown,
      orderBy: [{ host: 'asc' }, { place: 'asc' }],
    });
  }

  /** Null where there is none. */
  async find(id: string): Promise<RegistryRow | null> {
    return this.#database.prisma.registryCredential.findUnique({ where: { id }, select: shown });
  }

  /** With passwords: what holds in a cluster of the project, its own before that of all clusters. By host. */
  async opened(place: ProjectPlace): Promise<RegistryCredential[]> {
    const rows = await this.#database.prisma.registryCredential.findMany({
      where: holdingAt(place),
      // what is the cluster's own comes later, and stays
      orderBy: [{ host: 'asc' }, { place: 'asc' }],
    });
    const byHost = new Map(rows.map((row) => [row.host, row]));
    return [...byHost.values()].map(({ id, host, username, sealedPassword }) => ({
      host,
      username,
      password: this.#secrets.open(table, id, column, sealedPassword).toString('utf8'),
    }));
  }

  /** Rejects where the project has one for the host there. */
  async create(
    queries: Queries,
    { password, ...row }: Omit<RegistryRow, 'id' | 'updatedAt'> & { password: string },
  ): Promise<string> {
    const id = newId();
    await queries.registryCredential.create({
      data: {
        id,
        ...row,
        place: row.clusterId ?? '',
        sealedPassword: this.#secrets.seal(table, id, column, password),
        updatedAt: new Date(),
      },
    });
    return id;
  }

  async update(
    queries: Queries,
    id: string,
    { password, ...row }: Pick<RegistryRow, 'username' | 'author'> & { password: string },
  ): Promise<void> {
    const sealedPassword = this.#secrets.seal(table, id, column, password);
    await queries.registryCredential.update({
      where: { id },
      data: { ...row, sealedPassword, updatedAt: new Date() },
    });
  }

  async remove(queries: Queries, id: string): Promise<void> {
    await queries.registryCredential.deleteMany({ where: { id } });
  }
}

function holdingAt({ projectId, clusterId }: ProjectPlace): Prisma.RegistryCredentialWhereInput {
  return { projectId, place: { in: ['', clusterId ?? ''] } };
}
