import type { NamespaceDefaults } from '@pilothouse/contract';
import type { Database, Prisma, Queries } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { storedJson } from '../db/stored-json.ts';

/** A namespace that is open to a project. */
export interface ProjectNamespaceRow {
  id: string;
  projectId: string;
  /** Null: its cluster is not registered any more. */
  clusterId: string | null;
  cluster: string;
  namespace: string;
  created: boolean;
  defaults: NamespaceDefaults;
  quota: Record<string, string>;
  createdAt: Date;
}

export type NewProjectNamespace = Omit<ProjectNamespaceRow, 'id' | 'createdAt' | 'clusterId'> & {
  clusterId: string;
};

/** How many run in a namespace; what is being removed counts. */
export interface NamespaceUse {
  instances: number;
  cronJobs: number;
}

/** Which namespaces of which clusters projects may use. */
export class ProjectNamespaces {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In the order in which they were opened; all projects' where none is named. */
  async list(projectId?: string): Promise<(ProjectNamespaceRow & NamespaceUse)[]> {
    const rows = await this.#database.prisma.projectNamespace.findMany({
      where: projectId === undefined ? {} : { projectId },
      include: { _count: { select: { instances: true, cronJobs: true } } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(({ _count, ...row }) => ({ ...rowOf(row), ..._count }));
  }

  /** Null where there is none. */
  async find(id: string, queries: Queries = this.#database.prisma): Promise<ProjectNamespaceRow | null> {
    const row = await queries.projectNamespace.findUnique({ where: { id } });
    return row === null ? null : rowOf(row);
  }

  /** Those that are there, by id. */
  async byId(ids: readonly string[]): Promise<Map<string, ProjectNamespaceRow>> {
    const rows = await this.#database.prisma.projectNamespace.findMany({ where: { id: { in: [...ids] } } });
    return new Map(rows.map((row) => [row.id, rowOf(row)]));
  }

  /** Rejects where a project has the namespace already. */
  async create(queries: Queries, row: NewProjectNamespace): Promise<string> {
    const id = newId();
    await queries.projectNamespace.create({
      data: { id, ...row, defaults: storedJson(row.defaults), createdAt: new Date() },
    });
    return id;
  }

  async update(
    queries: Queries,
    id: string,
    { defaults, quota }: Pick<ProjectNamespaceRow, 'defaults' | 'quota'>,
  ): Promise<void> {
    await queries.projectNamespace.update({ where: { id }, data: { defaults: storedJson(defaults), quota } });
  }

  /** Rejects while anything runs there. */
  async remove(queries: Queries, id: string): Promise<void> {
    await queries.projectNamespace.delete({ where: { id } });
  }
}

function rowOf(row: Prisma.ProjectNamespaceGetPayload<object>): ProjectNamespaceRow {
  const { defaults, quota } = row;
  return { ...row, defaults: defaults as NamespaceDefaults, quota: quota as Record<string, string> };
}
