import type { RouteLocationRaw } from 'vue-router';
import type { Cluster } from '../../api/clusters.ts';
import type { PaletteAction } from '../../components/palette-actions.ts';
import { detailLocation, listLocation } from '../../resources/resource-location.ts';
import type { MenuModule } from './menu-items.ts';
import type { Found } from './use-object-search.ts';

export interface PaletteEntry {
  key: string;
  kind: 'action' | 'page' | 'cluster' | 'object' | 'more' | 'ask';
  /** What it stands under: `action`, `page`, `cluster`, `ask`, or of objects kind and cluster. */
  section: string;
  text: string;
  /** Where it belongs: the menu's module, a cluster's display name, a namespace. */
  context: string;
  /** Where it leads; an action is run instead. */
  to?: RouteLocationRaw;
  run?: () => void;
  cluster?: Cluster;
}

/** What the palette finds by itself: what the page on screen can do, the menu's pages, then the clusters. */
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
      section: 'page',
      text: textOf(page.key),
      context: textOf(module.key),
      to: page.to,
    })),
  );
  const places = clusters.map((cluster) => ({
    key: `cluster:${cluster.name}`,
    kind: 'cluster' as const,
    section: 'cluster',
    text: cluster.name,
    context: cluster.displayName,
    to: { name: 'cluster', params: { cluster: cluster.name } },
    cluster,
  }));
  const own = actions.map((action) => ({ ...action, kind: 'action' as const, section: 'action' }));
  return [...own, ...pages, ...places];
}

/** Objects of a kind in a cluster, and where the others of it are. */
export function objectEntries(found: readonly Found[], q: string, moreText: string): PaletteEntry[] {
  return found.flatMap((each) => {
    const { cluster, group, plural, items, more } = each;
    const section = sectionOf(each);
    const objects = items.map(({ namespace, name }) => ({
      key: `${section} ${namespace ?? ''}/${name}`,
      kind: 'object' as const,
      section,
      text: name,
      context: namespace ?? '',
      to: detailLocation({ cluster, group, plural }, { namespace: namespace ?? undefined, name }),
    }));
    const list = listLocation({ cluster, group, plural }, { q });
    return more
      ? [
          ...objects,
          { key: `${section} more`, kind: 'more' as const, section, text: moreText, context: '', to: list },
        ]
      : objects;
  });
}

/** The same for objects of one kind in one cluster. */
export const sectionOf = ({ cluster, group, plural }: Found) => `object ${cluster} ${group}/${plural}`;

/** Entries that hold every word of the needle, those whose text begins with it first; sections stay together. */
export function findEntries(entries: readonly PaletteEntry[], needle: string): PaletteEntry[] {
  const words = needle.toLowerCase().split(/\s+/).filter(Boolean);
  const first = words[0] ?? '';
  const found = entries
    .filter(({ text, context }) => words.every((word) => `${text} ${context}`.toLowerCase().includes(word)))
    .toSorted((a, b) => rank(a, first) - rank(b, first));
  return [...Map.groupBy(found, ({ section }) => section).values()].flat();
}

function rank(entry: PaletteEntry, word: string): number {
  return entry.text.toLowerCase().startsWith(word) ? 0 : 1;
}
