import type { Domain, grant, Policy } from '@pilothouse/contract';
import type { z } from 'zod';
import { grantColumns, grantDomain, grantSubject, type GrantSubject } from '../../authz/grant-columns.ts';
import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { containing } from '../../db/like.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';

export type GrantView = z.output<typeof grant>;

export interface NewGrant {
  subject: GrantSubject;
  roleId: string;
  domain: Domain;
  expiresAt: Date | null;
  reason: string;
  givenBy: string;
}

const order: PageOrder<Prisma.GrantOrderByWithRelationInput> = {
  sortable: {
    user: (direction) => ({ user: { username: direction } }),
    group: (direction) => ({ group: { name: direction } }),
    role: (direction) => ({ role: { name: direction } }),
    cluster: (direction) => ({ cluster: { name: direction } }),
    createdAt: 'createdAt',
    expiresAt: 'expiresAt',
  },
  fallback: '-createdAt',
};

/** Rows of grants, and the ids of what they name. */
export class GrantRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Rejects when it is there already. */
  async create(queries: Queries, { subject, roleId, domain, ...terms }: NewGrant): Promise<GrantView> {
    const columns = grantColumns(subject, domain);
    const now = new Date();
    const { userId, groupId } = columns;
    // one that has ended is in nobody's way
    await queries.grant.deleteMany({
      where: { userId, groupId, roleId, domain: columns.domain, expiresAt: { lte: now } },
    });
    const data = { id: newId(), roleId, ...columns, ...terms, createdAt: now };
    return grantView(await queries.grant.create({ data, include }));
  }

  /** Null where there is none. */
  async find(id: string): Promise<GrantView | null> {
    const row = await this.#database.prisma.grant.findUnique({ where: { id }, include });
    return row && grantView(row);
  }

  /** False when there is none. */
  async remove(queries: Queries, id: string): Promise<boolean> {
    const { count } = await queries.grant.deleteMany({ where: { id } });
    return count > 0;
  }

  /** What a role allows. */
  async policiesOf(queries: Queries, roleId: string): Promise<Policy[]> {
    return queries.permission.findMany({ where: { roleId }, select: { object: true, action: true } });
  }

  /** Undefined where nothing has that name. */
  async idOf(
    queries: Queries,
    what: 'user' | 'group' | 'role' | 'cluster',
    name: string,
  ): Promise<string | undefined> {
    const select = { id: true };
    const named = { where: { name }, select };
    switch (what) {
      case 'user':
        return (await queries.user.findUnique({ where: { username: name }, select }))?.id;
      case 'group':
        return (await queries.group.findUnique(named))?.id;
      case 'role':
        return (await queries.role.findUnique(named))?.id;
      case 'cluster':
        return (await queries.cluster.findUnique(named))?.id;
    }
  }

  async hasNode(queries: Queries, id: string): Promise<boolean> {
    return (await queries.treeNode.count({ where: { id } })) > 0;
  }

  page(
    query: PageQuery &
      Partial<Record<'q' | 'user' | 'group' | 'cluster' | 'node' | 'role' | 'ending', string | undefined>>,
  ) {
    const { prisma } = this.#database;
    const contains = containing(query.q ?? '');
    const conditions: Prisma.GrantWhereInput[] = [];
    if (query.user !== undefined) {
      const user = { username: query.user };
      const members = { some: { user } };
      conditions.push({
        OR: [{ user }, { group: { members } }, { group: { children: { some: { child: { members } } } } }],
      });
    }
    if (query.group !== undefined) conditions.push({ group: { name: query.group } });
    if (query.cluster !== undefined) conditions.push({ cluster: { name: query.cluster } });
    if (query.node !== undefined) conditions.push({ treeNodeId: query.node });
    if (query.role !== undefined) conditions.push({ role: { name: query.role } });
    if (query.ending === 'ends') conditions.push({ expiresAt: { gt: new Date() } });
    if (query.ending === 'ended') conditions.push({ expiresAt: { lte: new Date() } });
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
}

const include = {
  user: true,
  group: true,
  role: true,
  cluster: { select: { name: true } },
} satisfies Prisma.GrantInclude;
type Row = Prisma.GrantGetPayload<{ include: typeof include }>;

function grantView(row: Row): GrantView {
  return {
    id: row.id,
    subject: subjectView(row),
    role: { id: row.role.id, name: row.role.name },
    scope: scopeOf(row),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    isExpired: row.expiresAt !== null && row.expiresAt.getTime() <= Date.now(),
    reason: row.reason,
    givenBy: row.givenBy,
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
