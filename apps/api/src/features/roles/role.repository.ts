import type { Policy, role } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';

export type RoleView = z.output<typeof role>;

export interface RoleContent {
  description: string;
  policies: readonly Policy[];
  /** Ids of the menu's entries. */
  menuIds: readonly string[];
}

const include = {
  permissions: { orderBy: [{ object: 'asc' }, { action: 'asc' }] },
  menus: { include: { menu: { select: { key: true } } }, orderBy: { menu: { position: 'asc' } } },
  _count: { select: { grants: true } },
} satisfies Prisma.RoleInclude;

/** Rows of roles, of what they allow and of what they show. */
export class RoleRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async all(): Promise<RoleView[]> {
    const rows = await this.#database.prisma.role.findMany({ include, orderBy: { name: 'asc' } });
    return rows.map(roleView);
  }

  async find(name: string, queries?: Queries): Promise<RoleView | null> {
    const row = await (queries ?? this.#database.prisma).role.findUnique({ where: { name }, include });
    return row === null ? null : roleView(row);
  }

  /** Rejects when the name is taken. */
  async create(queries: Queries, name: string, content: RoleContent): Promise<void> {
    const { description } = content;
    const { id } = await queries.role.create({
      data: { id: newId(), name, builtIn: false, description, version: 1, createdAt: new Date() },
    });
    await this.#fill(queries, id, content);
  }

  /** False where it has another version by now. */
  async update(queries: Queries, id: string, version: number, content: RoleContent): Promise<boolean> {
    const { count } = await queries.role.updateMany({
      where: { id, version },
      data: { description: content.description, version: { increment: 1 } },
    });
    if (count === 0) return false;
    await queries.permission.deleteMany({ where: { roleId: id } });
    await queries.roleMenu.deleteMany({ where: { roleId: id } });
    await this.#fill(queries, id, content);
    return true;
  }

  async remove(queries: Queries, id: string): Promise<void> {
    await queries.role.delete({ where: { id } });
  }

  /** Who holds a role, the first of them: `user li`, `group ops`. */
  async holders(queries: Queries, roleId: string, most: number): Promise<{ kind: string; name: string }[]> {
    const rows = await queries.grant.findMany({
      where: { roleId },
      include: { user: { select: { username: true } }, group: { select: { name: true } } },
      orderBy: { createdAt: 'asc' },
      take: most,
    });
    return rows.map(({ subjectKind, user, group }) => ({
      kind: subjectKind,
      name: user?.username ?? group?.name ?? '',
    }));
  }

  /** Ids of menu entries, by key. */
  async menuIds(queries: Queries, keys: readonly string[]): Promise<Map<string, string>> {
    const rows = await queries.menu.findMany({
      where: { key: { in: [...keys] } },
      select: { id: true, key: true },
    });
    return new Map(rows.map(({ id, key }) => [key, id]));
  }

  async #fill(queries: Queries, roleId: string, { policies, menuIds }: RoleContent): Promise<void> {
    await queries.permission.createMany({
      data: policies.map(({ object, action }) => ({ roleId, object, action })),
    });
    await queries.roleMenu.createMany({ data: menuIds.map((menuId) => ({ roleId, menuId })) });
  }
}

function roleView(row: Prisma.RoleGetPayload<{ include: typeof include }>): RoleView {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    builtIn: row.builtIn,
    version: row.version,
    policies: row.permissions.map(({ object, action }) => ({ object, action })),
    menus: row.menus.map(({ menu }) => menu.key),
    grants: row._count.grants,
    createdAt: row.createdAt.toISOString(),
  };
}
