import type { InstanceSpec } from '@pilothouse/contract';
import type { Database, Queries } from '../../db/database.ts';
import { Prisma } from '../../db/generated/client.ts';
import { newId } from '../../db/ids.ts';
import { storedJson } from '../../db/stored-json.ts';
import type { Change } from '../../projects/change.ts';

export interface InstanceRow {
  id: string;
  applicationId: string;
  namespaceId: string;
  name: string;
  objectName: string;
  version: number;
  applicationVersion: number;
  spec: InstanceSpec;
  isPaused: boolean;
  restartedAt: Date | null;
  removedAt: Date | null;
  /** Null: the cluster is not registered any more. */
  clusterId: string | null;
  cluster: string;
  namespace: string;
  /** It is written there as well; once it is ready there, it is there only. */
  movingTo: InstancePlace | null;
}

/** A namespace of the project, by its id. */
export interface InstancePlace extends Pick<InstanceRow, 'clusterId' | 'cluster' | 'namespace'> {
  id: string;
}

export type NewInstance = Pick<
  InstanceRow,
  'applicationId' | 'namespaceId' | 'name' | 'objectName' | 'applicationVersion' | 'spec'
>;

/** What makes a new version of an instance. */
export type NewVersion = Pick<InstanceRow, 'spec' | 'applicationVersion'>;

const place = { clusterId: true, cluster: true, namespace: true } as const;
const withPlaces = { namespace: { select: place }, movingTo: { select: { id: true, ...place } } } as const;

/** Instances and their versions. */
export class InstanceRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By application, namespace and name. */
  async list(
    where: {
      id?: { in: string[] };
      applicationId?: string | { in: string[] };
      namespaceId?: string;
      removedAt?: null;
    } = {},
    queries: Queries = this.#database.prisma,
  ): Promise<InstanceRow[]> {
    const rows = await queries.instance.findMany({
      where,
      include: withPlaces,
      orderBy: [{ applicationId: 'asc' }, { name: 'asc' }, { id: 'asc' }],
    });
    return rows.map(rowOf);
  }

  /** Null where there is none. */
  async find(id: string, queries: Queries = this.#database.prisma): Promise<InstanceRow | null> {
    const row = await queries.instance.findUnique({ where: { id }, include: withPlaces });
    return row === null ? null : rowOf(row);
  }

  /** As it is, locked until the transaction ends. */
  async lock(queries: Queries, id: string): Promise<InstanceRow | null> {
    await queries.$queryRaw`SELECT id FROM instances WHERE id = ${id} FOR UPDATE`;
    return this.find(id, queries);
  }

  /** Rejects where the name is taken, or that of its Deployment. */
  async create(queries: Queries, instance: NewInstance, change: Change): Promise<string> {
    const id = newId();
    const now = new Date();
    const data = {
      id,
      ...instance,
      spec: storedJson(instance.spec),
      version: 1,
      isPaused: false,
      createdAt: now,
      updatedAt: now,
    };
    await queries.instance.create({ data });
    await this.#keep(queries, id, { ...instance, version: 1, change });
    return id;
  }

  /** Inside {@link lock}. */
  async addVersion(
    queries: Queries,
    { id, version }: Pick<InstanceRow, 'id' | 'version'>,
    { spec, applicationVersion }: NewVersion,
    change: Change,
  ): Promise<void> {
    const next = version + 1;
    await queries.instance.update({
      where: { id },
      data: { spec: storedJson(spec), applicationVersion, version: next, updatedAt: new Date() },
    });
    await this.#keep(queries, id, { spec, applicationVersion, version: next, change });
  }

  /** Whether an instance has a name there already, or is coming with it. */
  async isTaken(
    namespaceId: string,
    objectName: string,
    queries: Queries = this.#database.prisma,
  ): Promise<boolean> {
    const there = { OR: [{ namespaceId }, { movingToId: namespaceId }] };
    return (await queries.instance.count({ where: { objectName, ...there } })) > 0;
  }

  /** It is where it was moving to, as a new version. Inside {@link lock}; rejects where its name is taken there. */
  async arrive(
    queries: Queries,
    row: InstanceRow & { movingTo: InstancePlace },
    change: Change,
  ): Promise<void> {
    const { id, movingTo } = row;
    await queries.instance.update({ where: { id }, data: { namespaceId: movingTo.id, movingToId: null } });
    await this.addVersion(queries, row, row, change);
  }

  /** Has instances take over a version of their application, each as a new version of its own; not those that go. */
  async takeOver(
    queries: Queries,
    ids: readonly string[],
    applicationVersion: number,
    change: Change,
  ): Promise<void> {
    if (ids.length === 0) return;
    await queries.$queryRaw`SELECT id FROM instances WHERE id IN (${Prisma.join(ids)}) ORDER BY id FOR UPDATE`;
    const rows = await queries.instance.findMany({ where: { id: { in: [...ids] }, removedAt: null } });
    const createdAt = new Date();
    await queries.instance.updateMany({
      where: { id: { in: rows.map(({ id }) => id) } },
      data: { applicationVersion, version: { increment: 1 }, updatedAt: createdAt },
    });
    await queries.instanceVersion.createMany({
      data: rows.map(({ id: instanceId, version, spec }) => ({
        id: newId(),
        instanceId,
        version: version + 1,
        applicationVersion,
        spec: spec as Prisma.InputJsonValue,
        ...change,
        createdAt,
      })),
    });
  }

  /** What is no part of a version. */
  async update(
    queries: Queries,
    id: string,
    data: Partial<Pick<InstanceRow, 'isPaused' | 'restartedAt' | 'removedAt'>> & {
      movingToId?: string | null;
    },
  ): Promise<void> {
    await queries.instance.update({ where: { id }, data: { ...data, updatedAt: new Date() } });
  }

  async remove(queries: Queries, id: string): Promise<void> {
    await queries.instance.deleteMany({ where: { id } });
  }

  /** The newest first. */
  async versions(
    instanceId: string,
  ): Promise<(NewVersion & Change & { version: number; createdAt: Date })[]> {
    const rows = await this.#database.prisma.instanceVersion.findMany({
      where: { instanceId },
      orderBy: { version: 'desc' },
      take: mostVersions,
    });
    return rows.map((row) => ({ ...row, spec: row.spec as InstanceSpec }));
  }

  /** Null where there is none of that number. */
  async version(instanceId: string, version: number): Promise<NewVersion | null> {
    const row = await this.#database.prisma.instanceVersion.findUnique({
      where: { instanceId_version: { instanceId, version } },
    });
    return row === null ? null : { ...row, spec: row.spec as InstanceSpec };
  }

  async #keep(
    queries: Queries,
    instanceId: string,
    { version, spec, applicationVersion, change }: NewVersion & { version: number; change: Change },
  ): Promise<void> {
    await queries.instanceVersion.create({
      data: {
        id: newId(),
        instanceId,
        version,
        applicationVersion,
        spec: storedJson(spec),
        ...change,
        createdAt: new Date(),
      },
    });
  }
}

/** So many are shown; all are kept. */
const mostVersions = 200;

function rowOf({
  namespace: own,
  ...row
}: Prisma.InstanceGetPayload<{ include: typeof withPlaces }>): InstanceRow {
  return { ...row, spec: row.spec as InstanceSpec, ...own };
}
