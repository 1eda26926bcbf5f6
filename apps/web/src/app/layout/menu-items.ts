import type { MenuEntry } from '@pilothouse/contract';
import type { LocationQuery, RouteLocationRaw } from 'vue-router';

export interface MenuPage {
  key: string;
  to: RouteLocationRaw;
  /** Where it leads, for finding the page that is open. */
  path: string;
}

export interface MenuModule {
  key: string;
  icon: string;
  pages: MenuPage[];
}

/**
 * The server's menu for the place the user is at: `:cluster` becomes the current cluster (pages that need one are left
 * out where there is none), and the chosen namespaces go along to pages that have a choice of them.
 */
export function menuModules(
  entries: readonly MenuEntry[],
  cluster: string | null,
  query: LocationQuery,
  isNamespaced: (path: string) => boolean,
): MenuModule[] {
  const { namespace } = query;
  return entries
    .map((entry) => {
      const own = entry.path === null ? [] : [entry];
      const pages = [...own, ...entry.children].flatMap(({ key, path }): MenuPage[] => {
        if (path === null) return [];
        if (!path.includes(':cluster')) return [{ key, path, to: { path } }];
        if (cluster === null) return [];
        const filled = path.replace(':cluster', cluster);
        const carried = namespace !== undefined && isNamespaced(filled) ? { namespace } : {};
        return [{ key, path: filled, to: { path: filled, query: carried } }];
      });
      return { key: entry.key, icon: entry.icon, pages };
    })
    .filter(({ pages }) => pages.length > 0);
}

/** The page of the menu that the address belongs to: the longest path it begins with, by whole segments. */
export function currentPage(
  modules: readonly MenuModule[],
  path: string,
): { module: string; page: string } | null {
  const pages = modules.flatMap((module) => module.pages.map((page) => ({ module: module.key, page })));
  const [best] = pages
    .filter(({ page }) => path === page.path || path.startsWith(`${page.path}/`))
    .toSorted((a, b) => b.page.path.length - a.page.path.length);
  return best === undefined ? null : { module: best.module, page: best.page.key };
}
