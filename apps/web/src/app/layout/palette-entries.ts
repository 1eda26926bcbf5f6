import type { RouteLocationRaw } from 'vue-router';
import type { Cluster } from '../../api/clusters.ts';
import type { MenuModule } from './menu-items.ts';

export interface PaletteEntry {
  key: string;
  kind: 'page' | 'cluster';
  text: string;
  /** Where it belongs: the menu's module, a cluster's display name. */
  context: string;
  to: RouteLocationRaw;
  cluster?: Cluster;
}

/** What the palette finds: the menu's pages, then the clusters. */
export function paletteEntries(
  modules: readonly MenuModule[],
  clusters: readonly Cluster[],
  textOf: (menuKey: string) => string,
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
  return [...pages, ...places];
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
