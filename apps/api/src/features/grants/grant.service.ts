import type { Domain, grant, grantSubject as subjectSchema, TreeNodes } from '@pilothouse/contract';
import type { z } from 'zod';
import { requireAdministrator } from '../../authz/administrators.ts';
import { grantColumns, grantDomain, grantSubject, type GrantSubject } from '../../authz/grant-columns.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { containing } from '../../db/like.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';

export type GrantView = z.output<typeof grant>;
type SubjectName = z.output<typeof subjectSchema>;

const order: PageOrder<Prisma.GrantOrderByWithRelationInput> = {
  sortable: {
    user: (direction) => ({ user: { username: direction } }),
    group: (direction) => ({ group: { name: direction } }),
    role: (direction) => ({ role: { name: direction } }),
    cluster: (direction) => ({ cluster: { name: direction } }),
    createdAt: 'createdAt',
  },
  fallback: '-createdAt',
};

/** Who has which role where. Stored by ids, told by names. */
export class GrantService {
  readonly #database: Database;
  readonly #versions: Versions;
  readonly #tree: TreeNodes;

  constructor(database: Database, versions: Versions, tree: TreeNodes) {
    this.#database = database;
    this.#versions = versions;
    this.#tree = tree;
  }

  /** Throws `invalidField` for an unknown user, group, role, cluster or node, `conflict` when the grant is there already. */
  async create(given: { subject: SubjectName; role: string; scope: Domain }): Promise<GrantView> {
    try {
      const row = await this.#database.transaction(async (queries) => {
        await bumpVersion(queries, 'access', 'policies');
        const subject = await this.#subjectOf(queries, given.subject);
        const role = await queries.role.findUnique({ where: { name: given.role } });
        if (role === null) throw unknown('body.role');
        const columns = grantColumns(subject, await this.#domainOf(queries, given.scope));
        return queries.grant.create({
          data: { id: newId(), roleId: role.id, ...columns, createdAt: new Date() },
          include,
        });
      });
      await this.#versions.refresh();
      return grantView(row);
    } catch (error) {
      const { subject, role } = given;
      const name = subject.kind === 'user' ? subject.user : subject.group;
      throw isUniqueViolation(error) ? new AppError('conflict', { what: `${name}: ${role}` }) : error;
    }
  }

  async #subjectOf(queries: Queries, subject: SubjectName): Promise<GrantSubject> {
    switch (subject.kind) {
      case 'user': {
        const user = await queries.user.findUnique({ where: { username: subject.user } });
        if (user === null) throw unknown('body.subject.user');
        return { kind: 'user', id: user.id };
      }
      case 'group': {
        const group = await queries.group.findUnique({ where: { name: subject.group } });
        if (group === null) throw unknown('body.subject.group');
        return { kind: 'group', id: group.id };
      }
    }
  }

  /** With ids in the place of names. */
  async #domainOf(queries: Queries, scope: Domain): Promise<Domain> {
    switch (scope.kind) {
      case 'all':
        return scope;
      case 'cluster':
      case 'namespace': {
        const cluster = await queries.cluster.findUnique({ where: { name: scope.cluster } });
        if (cluster === null) throw unknown('body.scope.cluster');
        return { ...scope, cluster: cluster.id };
      }
      case 'tree':
        if (this.#tree.lineOf(scope.node).length === 0) throw unknown('body.scope.node');
        return scope;
    }
  }

  /** Streams that stood on it end. Throws `notFound`, or `lastAdmin`. */
  async remove(id: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await bumpVersion(queries, 'access', 'policies');
      const { count } = await queries.grant.deleteMany({ where: { id } });
      if (count === 0) throw new AppError('notFound');
      await requireAdministrator(queries);
    });
    await this.#versions.refresh();
  }

  page(query: PageQuery & Partial<Record<'q' | 'user' | 'group' | 'cluster', string | undefined>>) {
    const { prisma } = this.#database;
    const contains = containing(query.q ?? '');
    const conditions: Prisma.GrantWhereInput[] = [];
    if (query.user !== undefined) {
      const user = { username: query.user };
      conditions.push({ OR: [{ user }, { group: { members: { some: { user } } } }] });
    }
    if (query.group !== undefined) conditions.push({ group: { name: query.group } });
    if (query.cluster !== undefined) conditions.push({ cluster: { name: query.cluster } });
    if (query.q !== undefined) {
      conditions.push({
        OR: [
          { user: { OR: [{ username: contains }, { displayName: contains }] } },
          { group: { OR: [{ name: contains }, { displayName: contains }] } },
          { role: { name: contains } },
          { cluster: { name: contains } },
          { namespace: contains },
        ],
      });
    }
    const where = { AND: conditions };
    return readPage(query, order, {
      items: async (page) => (await prisma.grant.findMany({ where, include, ...page })).map(grantView),
      total: () => prisma.grant.count({ where }),
    });
  }

  async roles() {
    const rows = await this.#database.prisma.role.findMany({
      include: { permissions: { orderBy: [{ object: 'asc' }, { action: 'asc' }] } },
      orderBy: { name: 'asc' },
    });
    return rows.map(({ id, name, builtIn, permissions }) => ({
      id,
      name,
      builtIn,
      policies: permissions.map(({ object, action }) => ({ object, action })),
    }));
  }
}

const include = {
  user: true,
  group: true,
  role: true,
  cluster: { select: { name: true } },
} satisfies Prisma.GrantInclude;
type Row = Prisma.GrantGetPayload<{ include: typeof include }>;

function unknown(field: string): AppError {
  return new AppError('invalidField', { field, reason: 'unknown' }, field);
}

function grantView(row: Row): GrantView {
  return {
    id: row.id,
    subject: subjectView(row),
    role: { id: row.role.id, name: row.role.name },
    scope: scopeOf(row),
    createdAt: row.createdAt.toISOString(),
  };
}

function subjectView(row: Row): GrantView['subject'] {
  const { kind } = grantSubject(row);
  switch (kind) {
    case 'user':
      return { kind, name: row.user?.username ?? '', displayName: row.user?.displayName ?? '' };
    case 'group':
      return { kind, name: row.group?.name ?? '', displayName: row.group?.displayName ?? '' };
  }
}

/** Where it holds, with names in the place of ids. */
function scopeOf(row: Row): Domain {
  const domain = grantDomain(row);
  switch (domain.kind) {
    case 'all':
    case 'tree':
      return domain;
    case 'cluster':
    case 'namespace':
      return { ...domain, cluster: row.cluster?.name ?? '' };
  }
}
