import { endpoints } from '@pilothouse/contract';
import { builtInRoles } from '../../authz/built-in-roles.ts';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { MenuRepository, seedMenus } from './menu.repository.ts';

/** The menu, and which roles show what of it. */
export function build({ database, versions }: Core) {
  const menus = new MenuRepository(database, versions);
  return {
    mount: (api) => mount(api, endpoints.listMenus, async () => ({ items: await menus.all() })),
    prepare: (queries) => seedMenus(queries, builtInRoles),
    menusOf: (roles: readonly string[]) => menus.menusOf(roles),
  } satisfies Feature & Record<string, unknown>;
}
