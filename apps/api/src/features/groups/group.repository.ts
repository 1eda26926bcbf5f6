import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { containing } from '../../db/like.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';
import type { GroupView } from './group.service.ts';

interface MemberIds {
  groupId: string;
  userId: string;
}

interface Nesting {
  ids: { parentId: string; childId: string };
  /** Whether the one that would be above is in a group itself. */
  isParentChild: boolean;
  /** Whether the one that would be below has groups in it. */
  isChildParent: boolean;
}

const named = { select: { name: true, displayName: true } };
const counted = {
  _count: { select: { members: true, grants: true } },
  children: { select: { child: named } },
  parents: { select: { parent: named } },
} satisfies Prisma.GroupInclude;

const order: PageOrder<Prisma.GroupOrderByWithRelationInput> = {
  sortable: { name: 'name', displayName: 'displayName', createdAt: 'createdAt' },
  fallback: 'name',
};

/** Rows of groups and their members. */
export class GroupRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  page(query: PageQuery & { q?: string | undefined }) {
    const { group } = this.#database.prisma;
    const contains = containing(query.q ?? '');
    const where = query.q === undefined ? {} : { OR: [{ name: contains }, { displayName: contains }] };
    return readPage(query, order, {
      items: async (page) => (await group.findMany({ where, include: counted, ...page })).map(groupView),
      total: () => group.count({ where }),
    });
  }

  async find(name: string): Promise<GroupView | null> {
    const row = await this.#database.prisma.group.findUnique({ where: { name }, include: counted });
    return row === null ? null : groupView(row);
  }

  async create(name: string, displayName: string): Promise<void> {
    await this.#database.prisma.group.create({
      data: { id: newId(), name, displayName, createdAt: new Date() },
    });
  }

  /** False when there is none. */
  async update(name: string, displayName: string): Promise<boolean> {
    const { count } = await this.#database.prisma.group.updateMany({
      where: { name },
      data: { displayName },
    });
    return count > 0;
  }

  /** False when there is none. */
  async remove(queries: Queries, name: string): Promise<boolean> {
    const { count } = await queries.group.deleteMany({ where: { name } });
    return count > 0;
  }

  /** Null when there is no such group or user. */
  async idsOf(queries: Queries, name: string, username: string): Promise<MemberIds | null> {
    const group = await queries.group.findUnique({ where: { name }, select: { id: true } });
    const user = await queries.user.findUnique({ where: { username }, select: { id: true } });
    return group && user && { groupId: group.id, userId: user.id };
  }

  /** Null when there is no such group. */
  async nestingOf(queries: Queries, parent: string, child: string): Promise<Nesting | null> {
    const select = { id: true, _count: { select: { children: true, parents: true } } };
    const [above, below] = [
      await queries.group.findUnique({ where: { name: parent }, select }),
      await queries.group.findUnique({ where: { name: child }, select }),
    ];
    if (above === null || below === null) return null;
    return {
      ids: { parentId: above.id, childId: below.id },
      isParentChild: above._count.parents > 0,
      isChildParent: below._count.children > 0,
    };
  }

  async nest(queries: Queries, ids: Nesting['ids']): Promise<void> {
    await queries.groupNesting.upsert({
      where: { parentId_childId: ids },
      create: { ...ids, createdAt: new Date() },
      update: {},
    });
  }

  /** False for what is not in it. */
  async unnest(queries: Queries, ids: Nesting['ids']): Promise<boolean> {
    const { count } = await queries.groupNesting.deleteMany({ where: ids });
    return count > 0;
  }

  async addMember(queries: Queries, ids: MemberIds): Promise<void> {
    await queries.groupMember.upsert({
      where: { groupId_userId: ids },
      create: { ...ids, createdAt: new Date() },
      update: {},
    });
  }

  /** False for who is no member. */
  async removeMember(queries: Queries, ids: MemberIds): Promise<boolean> {
    const { count } = await queries.groupMember.deleteMany({ where: ids });
    return count > 0;
  }
}

function groupView(row: Prisma.GroupGetPayload<{ include: typeof counted }>): GroupView {
  const {
    id,
    name,
    displayName,
    createdAt,
    _count: { members, grants },
  } = row;
  return {
    id,
    name,
    displayName,
    members,
    grants,
    children: row.children.map(({ child }) => child),
    parents: row.parents.map(({ parent }) => parent),
    createdAt: createdAt.toISOString(),
  };
}
