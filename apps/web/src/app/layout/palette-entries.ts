import type { RouteLocationRaw } from 'vue-router';
import type { Cluster } from '../../api/clusters.ts';
import type { PaletteAction } from '../../components/palette-actions.ts';
import type { MenuModule } from './menu-items.ts';

export interface PaletteEntry {
  key: string;
  kind: 'action' | 'page' | 'cluster';
  text: string;
  /** Where it belongs: the menu's module, a cluster's display name. */
  context: string;
  /** Where it leads; an action is run instead. */
  to?: RouteLocationRaw;
  run?: () => void;
  cluster?: Cluster;
}

/** What the palette finds: what the page on screen can do, the menu's pages, then the clusters. */
export function paletteEntries(
  modules: readonly MenuModule[],
  clusters: readonly Cluster[],
  textOf: (menuKey: string) => string,
  actions: readonly PaletteAction[] = [],
): PaletteEntry[] {
  const pages = modules.flatMap((module) =>
    module.pages.map((page) => ({
      key: `page:${page.key}`,
      kind: 'page' as const,
      text: textOf(page.key),
      context: textOf(module.key),
      to: page.to,
    })),
  );
  const places = clusters.map((cluster) => ({
    key: `cluster:${cluster.name}`,
    kind: 'cluster' as const,
    text: cluster.name,
    context: cluster.displayName,
    to: { name: 'cluster', params: { cluster: cluster.name } },
    cluster,
  }));
  const own = actions.map((action) => ({ ...action, kind: 'action' as const }));
  return [...own, ...pages, ...places];
}

/** Entries that hold every word of the needle, those whose text begins with it first. */
export function findEntries(entries: readonly PaletteEntry[], needle: string): PaletteEntry[] {
  const words = needle.toLowerCase().split(/\s+/).filter(Boolean);
  const first = words[0] ?? '';
  return entries
    .filter(({ text, context }) => words.every((word) => `${text} ${context}`.toLowerCase().includes(word)))
    .toSorted((a, b) => rank(a, first) - rank(b, first));
}

function rank(entry: PaletteEntry, word: string): number {
  return entry.text.toLowerCase().startsWith(word) ? 0 : 1;
}
