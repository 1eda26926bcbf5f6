import { createHmac, randomBytes } from 'node:crypto';
import type { ApplicationSpec } from '@pilothouse/contract';
import type { Database, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { SecretBox } from '../../db/secret-box.ts';
import { storedJson } from '../../db/stored-json.ts';
import type { Change } from '../../projects/change.ts';

export interface ApplicationRow {
  id: string;
  /** Of the newest spec; 0 while nobody has described it. */
  version: number;
  secretNames: string[];
}

/** Values of an application's secrets, and what their hash is keyed with: it tells a change, and nothing of the values. */
interface SealedSecrets {
  hashKey: string;
  values: Record<string, string>;
}

const table = 'applications';
const column = 'sealed_secrets';

/** What is known of an application beside its node in the service tree: versions of its spec, and its secrets. */
export class ApplicationRepository {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  /** By id; an application that nobody has described has no row. */
  async rows(
    ids: readonly string[],
    queries: Queries = this.#database.prisma,
  ): Promise<Map<string, ApplicationRow>> {
    const rows = await queries.application.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, version: true, secretNames: true },
    });
    return new Map(
      rows.map(({ secretNames, ...row }) => [row.id, { ...row, secretNames: secretNames as string[] }]),
    );
  }

  /** The empty spec for version 0, and where there is none of that number. */
  async spec(
    id: string,
    version: number,
    queries: Queries = this.#database.prisma,
  ): Promise<ApplicationSpec> {
    const row = await queries.applicationVersion.findUnique({
      where: { applicationId_version: { applicationId: id, version } },
    });
    return (row?.spec as ApplicationSpec | undefined) ?? emptySpec;
  }

  /** As {@link spec}, of several versions. */
  async specs(id: string, versions: readonly number[]): Promise<(version: number) => ApplicationSpec> {
    const rows = await this.#database.prisma.applicationVersion.findMany({
      where: { applicationId: id, version: { in: [...new Set(versions)] } },
      select: { version: true, spec: true },
    });
    const specs = new Map(rows.map(({ version, spec }) => [version, spec as ApplicationSpec]));
    return (version) => specs.get(version) ?? emptySpec;
  }

  /** The newest version, locked until the transaction ends; 0 where there is no row yet, which is made. */
  async lock(queries: Queries, id: string): Promise<number> {
    const found = await lockedVersion(queries, id);
    if (found !== undefined) return found;
    // only where there is no row: an insert that is ignored would share the row's lock, and wait for others who do
    await queries.$executeRaw`
      INSERT IGNORE INTO applications (id, version, secret_names, updated_at)
      VALUES (${id}, 0, '[]', UTC_TIMESTAMP(6))`;
    return (await lockedVersion(queries, id)) ?? 0;
  }

  /** Inside {@link lock}: makes a spec the newest version. */
  async addVersion(
    queries: Queries,
    id: string,
    { version, spec, author, reason }: Change & { version: number; spec: ApplicationSpec },
  ): Promise<void> {
    const now = new Date();
    await queries.applicationVersion.create({
      data: {
        id: newId(),
        applicationId: id,
        version,
        spec: storedJson(spec),
        author,
        reason,
        createdAt: now,
      },
    });
    await queries.application.update({ where: { id }, data: { version, updatedAt: now } });
  }

  /** Inside {@link lock}: sets values by name; null removes. */
  async setSecrets(queries: Queries, id: string, changes: Record<string, string | null>): Promise<void> {
    const { hashKey, values } = await this.#open(id, queries);
    const entries = Object.entries({ ...values, ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    const sealed: SealedSecrets = { hashKey, values: Object.fromEntries(entries) };
    await queries.application.update({
      where: { id },
      data: {
        secretNames: entries.map(([name]) => name).toSorted(),
        sealedSecrets: this.#secrets.seal(table, id, column, JSON.stringify(sealed)),
        updatedAt: new Date(),
      },
    });
  }

  /** Values by name, and a keyed hash of them all; empty where there are none. */
  async secretsOf(id: string): Promise<{ values: Record<string, string>; hash: string }> {
    const { hashKey, values } = await this.#open(id, this.#database.prisma);
    const sorted = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const hash =
      sorted.length === 0 ? '' : createHmac('sha256', hashKey).update(JSON.stringify(sorted)).digest('hex');
    return { values: Object.fromEntries(sorted), hash };
  }

  /** Rejects while it has instances. */
  async remove(queries: Queries, id: string): Promise<void> {
    await queries.application.deleteMany({ where: { id } });
  }

  async #open(id: string, queries: Queries): Promise<SealedSecrets> {
    const row = await queries.application.findUnique({ where: { id }, select: { sealedSecrets: true } });
    if (row?.sealedSecrets == null) return { hashKey: randomBytes(32).toString('base64'), values: {} };
    return JSON.parse(
      this.#secrets.open(table, id, column, row.sealedSecrets).toString('utf8'),
    ) as SealedSecrets;
  }
}

async function lockedVersion(queries: Queries, id: string): Promise<number | undefined> {
  const [row] = await queries.$queryRaw<{ version: number }[]>`
    SELECT version FROM applications WHERE id = ${id} FOR UPDATE`;
  return row?.version;
}

const emptySpec: ApplicationSpec = { container: {}, pod: {} };
