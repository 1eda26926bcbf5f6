import type { TreeNode } from '../api/service-tree.ts';

/** A node with what is below it, as the library's trees take it. */
export interface Branch {
  key: string;
  value: string;
  title: string;
  name: string;
  disabled: boolean;
  children: Branch[];
}

/** Nests nodes; those whose parent one may not see stand at the top. */
export function branchesOf(nodes: readonly TreeNode[], isDisabled = (_node: TreeNode) => false): Branch[] {
  const known = new Set(nodes.map(({ id }) => id));
  const below = Map.groupBy(nodes, ({ parentId }) =>
    parentId !== null && known.has(parentId) ? parentId : null,
  );
  const build = (parent: string | null): Branch[] =>
    (below.get(parent) ?? []).map((node) => ({
      key: node.id,
      value: node.id,
      title: node.displayName === node.name ? node.name : `${node.displayName} (${node.name})`,
      name: node.name,
      disabled: isDisabled(node),
      children: build(node.id),
    }));
  return build(null);
}
