import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { isMergeKey, keyOfNode } from '../yaml/read-kubectl-yaml.ts';

/**
 * Writes out what aliases and merge keys (`<<`) stand for, so that a change here is no change elsewhere. The document has
 * been read before, so that what it becomes is bounded.
 */
export function expandAliases(document: Document): void {
  let isNeeded = false;
  const anchored = new Map<string, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) isNeeded = true;
      else if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
    Pair: (_key, pair) => {
      if (isMergeKey(pair.key)) isNeeded = true;
    },
  });
  if (isNeeded) document.contents = expanded(document.contents as Node | null, new Map()) as never;
}

/** `anchors` holds what stands before a node in the text: an anchor may be given twice. */
function expanded(node: Node | null, anchors: Map<string, Node>): Node | null {
  if (node === null) return null;
  if (isAlias(node)) return copyOf(anchors.get(node.source) ?? null);
  if (isSeq(node)) node.items = node.items.map((item) => expanded(item as Node | null, anchors));
  else if (isMap(node)) node.items = expandedPairs(node as YAMLMap<Node, Node | null>, anchors);
  const { anchor } = node as { anchor?: string };
  if (anchor !== undefined) {
    anchors.set(anchor, node);
    delete (node as { anchor?: string }).anchor;
  }
  return node;
}

function expandedPairs(
  map: YAMLMap<Node, Node | null>,
  anchors: Map<string, Node>,
): Pair<Node, Node | null>[] {
  const pairs = new Map<string, Pair<Node, Node | null>>();
  // as go-yaml 2: merged keys are written where `<<` stands, over what came before
  const put = (pair: Pair<Node, Node | null>) => pairs.set(keyOfNode(pair.key) ?? '', pair);
  for (const pair of map.items) {
    const value = expanded(pair.value, anchors);
    if (isMergeKey(pair.key)) {
      const sources = isSeq(value) ? (value.items as Node[]).toReversed() : [value];
      for (const source of sources)
        if (isMap(source)) (source as YAMLMap<Node, Node | null>).items.forEach(put);
    } else {
      pair.key = expanded(pair.key, anchors) as Node;
      pair.value = value;
      put(pair);
    }
  }
  return [...pairs.values()];
}

function copyOf(node: Node | null): Node | null {
  const copy = node === null ? null : (node.clone() as Node);
  // a comment belongs to the place where it stands
  if (isScalar(copy)) delete copy.comment;
  return copy;
}
