import type { MenuEntry } from '@pilothouse/contract';
import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { Versions } from '../../db/versions.ts';
import { menuSeeds, type MenuSeed } from './menus.ts';

interface Menus {
  menus: Prisma.MenuGetPayload<object>[];
  /** Ids of the entries each role shows, by the role's name. */
  shownBy: Map<string, string[]>;
}

/** Menu entries and the roles that show them, read once per version of the policies. */
export class MenuRepository {
  readonly #database: Database;
  #reading: Promise<Menus> | undefined;

  constructor(database: Database, versions: Versions) {
    this.#database = database;
    versions.onChange('policies', () => (this.#reading = undefined));
  }

  /** What these roles show together; a group appears with its first visible entry. A convenience, no protection. */
  async menusOf(roles: readonly string[]): Promise<MenuEntry[]> {
    const { menus, shownBy } = await this.#menus();
    const visible = new Set(roles.flatMap((role) => shownBy.get(role) ?? []));
    return entriesOf(menus, (id) => visible.has(id));
  }

  /** All there is, of every module. */
  async all(): Promise<MenuEntry[]> {
    const { menus } = await this.#menus();
    return entriesOf(menus, () => true);
  }

  #menus(): Promise<Menus> {
    const reading = this.#reading ?? this.#read();
    this.#reading = reading;
    reading.catch(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    return reading;
  }

  async #read(): Promise<Menus> {
    const { prisma } = this.#database;
    const [menus, roles] = await prisma.$transaction([
      prisma.menu.findMany({ orderBy: { position: 'asc' } }),
      prisma.role.findMany({ select: { name: true, menus: { select: { menuId: true } } } }),
    ]);
    return {
      menus,
      shownBy: new Map(roles.map((role) => [role.name, role.menus.map(({ menuId }) => menuId)])),
    };
  }
}

function entriesOf(menus: Menus['menus'], isVisible: (id: string) => boolean): MenuEntry[] {
  const entriesBelow = (parentId: string | null): MenuEntry[] =>
    menus
      .filter((menu) => menu.parentId === parentId)
      .map(({ id, key, path, icon }) => ({ id, entry: { key, path, icon, children: entriesBelow(id) } }))
      .filter(({ id, entry }) => isVisible(id) || entry.children.length > 0)
      .map(({ entry }) => entry);
  return entriesBelow(null);
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
