import { isMap, Pair, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import { isRecord } from '../merge/values.ts';
import { resolveScalar } from '../yaml/resolve-scalar.ts';
import { keyOfNode } from '../yaml/read-kubectl-yaml.ts';

/** How a text is written so that kubectl reads the same text; undefined leaves it to the writer, which quotes what it must. */
function styleOf(text: string): Scalar.Type | undefined {
  if (text.includes('\n')) return Scalar.BLOCK_LITERAL;
  return typeof resolveScalar(text) === 'string' ? undefined : Scalar.QUOTE_DOUBLE;
}

function textNode(text: string): Scalar {
  const node = new Scalar(text);
  const style = styleOf(text);
  if (style !== undefined) node.type = style;
  return node;
}

/** A key that kubectl reads as this text. */
export function keyNode(key: string): Scalar {
  const node = textNode(key);
  if (node.type === Scalar.BLOCK_LITERAL || key === '<<') node.type = Scalar.QUOTE_DOUBLE;
  return node;
}

/** A JSON value as nodes that `readKubectlDocument` reads as that value. Keys without a value are left out. */
export function nodeOf(value: unknown): Node {
  if (typeof value === 'string') return textNode(value);
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map(nodeOf);
    return list;
  }
  if (isRecord(value)) {
    const map = new YAMLMap();
    for (const [key, item] of Object.entries(value))
      if (item !== undefined) map.items.push(new Pair(keyNode(key), nodeOf(item)));
    return map;
  }
  const plain = new Scalar(String(value));
  plain.type = Scalar.PLAIN;
  return plain;
}

/** The pair of a mapping under what kubectl makes of its key. */
export function pairAt(map: unknown, key: string): Pair<Node, Node | null> | undefined {
  return isMap(map)
    ? (map.items as Pair<Node, Node | null>[]).find((pair) => keyOfNode(pair.key) === key)
    : undefined;
}
