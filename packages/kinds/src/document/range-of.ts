import { isSeq, type Node } from 'yaml';
import type { PlainPath } from '../merge/path.ts';
import type { KubectlDocument } from '../yaml/read-kubectl-yaml.ts';
import { pairAt } from './yaml-node.ts';

/** Offsets in the text that was read, `to` exclusive. */
export interface TextRange {
  from: number;
  to: number;
}

/**
 * Where a field stands in its text: its key, or, of a list item, its value. What is not there (a missing field) is where
 * the last thing above it is.
 */
export function rangeOf({ document }: KubectlDocument, path: PlainPath): TextRange {
  let node = document.contents as Node | null | undefined;
  let range = rangeOfNode(node) ?? { from: document.range?.[0] ?? 0, to: document.range?.[0] ?? 0 };
  for (const step of path) {
    if (isSeq(node) && typeof step === 'number') {
      node = node.items[step] as Node | undefined;
      range = rangeOfNode(node) ?? range;
    } else {
      const pair = typeof step === 'string' ? pairAt(node, step) : undefined;
      if (pair === undefined) return range;
      range = rangeOfNode(pair.key) ?? range;
      node = pair.value;
    }
    if (node === undefined) return range;
  }
  return range;
}

function rangeOfNode(node: Node | null | undefined): TextRange | null {
  const range = node?.range;
  return range ? { from: range[0], to: range[1] } : null;
}
