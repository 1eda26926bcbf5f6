import type { MenuEntry } from '@pilothouse/contract';
import type { Database, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { menuSeeds, type MenuSeed } from './menus.ts';

/** Menu entries and the roles that show them. */
export class MenuRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What the user's roles show; a group appears with its first visible entry. A convenience, no protection. */
  async menusOf(userId: string): Promise<MenuEntry[]> {
    const { prisma } = this.#database;
    const [menus, shown] = await prisma.$transaction([
      prisma.menu.findMany({ orderBy: { position: 'asc' } }),
      prisma.roleMenu.findMany({
        where: { role: { grants: { some: { userId } } } },
        select: { menuId: true },
      }),
    ]);
    const visible = new Set(shown.map(({ menuId }) => menuId));
    const entriesBelow = (parentId: string | null): MenuEntry[] =>
      menus
        .filter((menu) => menu.parentId === parentId)
        .map(({ id, key, path, icon }) => ({ id, entry: { key, path, icon, children: entriesBelow(id) } }))
        .filter(({ id, entry }) => visible.has(id) || entry.children.length > 0)
        .map(({ entry }) => entry);
    return entriesBelow(null);
  }
}

/** Brings the menu, and which built-in role shows what of it, to what this version says. */
export async function seedMenus(queries: Queries, roles: { name: string; menus: string[] }[]): Promise<void> {
  const ids = new Map<string, string>();
  await seedBelow(queries, ids, null, menuSeeds);
  await queries.menu.deleteMany({ where: { key: { notIn: [...ids.keys()] } } });
  for (const { name, menus } of roles) {
    const { id: roleId } = await queries.role.findUniqueOrThrow({ where: { name } });
    await queries.roleMenu.deleteMany({ where: { roleId } });
    const rows = menus.flatMap((key) => ids.get(key) ?? []).map((menuId) => ({ roleId, menuId }));
    await queries.roleMenu.createMany({ data: rows });
  }
}

async function seedBelow(
  queries: Queries,
  ids: Map<string, string>,
  parentId: string | null,
  seeds: MenuSeed[],
): Promise<void> {
  for (const [position, { key, path, icon, children }] of seeds.entries()) {
    const values = { parentId, path, icon, position };
    const { id } = await queries.menu.upsert({
      where: { key },
      create: { id: newId(), key, ...values },
      update: values,
    });
    ids.set(key, id);
    await seedBelow(queries, ids, id, children ?? []);
  }
}
