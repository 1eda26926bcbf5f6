import { endpoints } from '@pilothouse/contract';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import { builtInRoles } from '../../authz/built-in-roles.ts';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { MenuRepository, seedMenus } from './menu.repository.ts';
import { moduleOfTree } from './menus.ts';

/** The menu, and which roles show what of it. */
export function build({ database, versions, authoriser }: Core) {
  const menus = new MenuRepository(database, versions);
  return {
    mount: (api) => mount(api, endpoints.listMenus, async () => ({ items: await menus.all() })),
    prepare: (queries) => seedMenus(queries, builtInRoles),
    menusOf: async (subject: Subject, roles: readonly string[]) => {
      const entries = await menus.menusOf(roles);
      return (await hasTree(authoriser, subject))
        ? entries
        : entries.filter(({ key }) => key !== moduleOfTree);
    },
  } satisfies Feature & Record<string, unknown>;
}

/** Roles for clusters say nothing of the tree: its pages are for those who see a node of it, or may make the first. */
async function hasTree(authoriser: Authoriser, subject: Subject): Promise<boolean> {
  if ((await authoriser.treeOf(subject)).visible.size > 0) return true;
  const create = { domain: { kind: 'all' }, object: '/tree', action: 'POST' } as const;
  return (await authoriser.authorise(subject, [create])).allowed;
}
