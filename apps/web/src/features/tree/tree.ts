import type { endpoints, OutputOf } from '@pilothouse/contract';
import { useI18n } from 'vue-i18n';
import type { TreeNode } from '../../api/service-tree.ts';

export type TreeNodeDetail = OutputOf<typeof endpoints.getTreeNode>;

/** Nodes that have the text in their names, and all that is above and below them. */
export function matching(nodes: readonly TreeNode[], text: string): TreeNode[] {
  const needle = text.trim().toLowerCase();
  if (needle === '') return [...nodes];
  const hits = nodes
    .filter(
      ({ path, displayName }) =>
        path.toLowerCase().includes(needle) || displayName.toLowerCase().includes(needle),
    )
    .map(({ path }) => path);
  return nodes.filter(({ path }) => hits.some((hit) => isWithin(hit, path) || isWithin(path, hit)));
}

/** Whether a path is another or one below it. */
export function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`);
}

/** What a level is called: translated where it has one of the names that the platform comes with. */
export function useLevelText(levels: () => readonly string[]): (level: number) => string {
  const { t, te } = useI18n();
  return (level) => {
    const name = levels()[level] ?? '';
    return te(`treeLevel.${name}`) ? t(`treeLevel.${name}`) : name;
  };
}
