import { SCALAR_STYLE } from 'js-yaml';
import { isMap, Pair, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import { isRecord } from '../merge/values.ts';
import { keyOfNode } from '../yaml/read-kubectl-yaml.ts';
import { styleOf } from '../yaml/scalar-style.ts';

const styles: Partial<Record<number, Scalar.Type>> = {
  [SCALAR_STYLE.SINGLE_QUOTED]: Scalar.QUOTE_SINGLE,
  [SCALAR_STYLE.DOUBLE_QUOTED]: Scalar.QUOTE_DOUBLE,
  [SCALAR_STYLE.LITERAL_BLOCK]: Scalar.BLOCK_LITERAL,
};

/** A text that kubectl reads as this text; the writer quotes what it must beyond that. */
function textNode(text: string, isKey: boolean): Scalar {
  const node = new Scalar(text);
  const style = styles[styleOf(text, isKey)];
  if (style !== undefined) node.type = style;
  return node;
}

/** A key that kubectl reads as this text. */
export function keyNode(key: string): Scalar {
  return textNode(key, true);
}

/** A JSON value as nodes that `readKubectlDocument` reads as that value. Keys without a value are left out. */
export function nodeOf(value: unknown): Node {
  if (typeof value === 'string') return textNode(value, false);
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
