import { schemaAt, type SchemaNode } from '../open-api/schema-node.ts';
import { atomicLists, type ListKeys } from './three-way-merge.ts';

/**
 * How the lists of a kind are merged, by its schema in the cluster's OpenAPI document: `x-kubernetes-list-type`,
 * `x-kubernetes-list-map-keys`, or `x-kubernetes-patch-merge-key`. What the schema does not say is merged as a whole.
 * @param root the kind's schema (`schemaOfKind`); null where the cluster has none.
 */
export function listKeysOf(root: SchemaNode | null): ListKeys {
  if (root === null) return atomicLists;
  return (path) => {
    const list = schemaAt(root, path);
    const how = list?.listKey ?? null;
    if (how === null) return 'atomic';
    if (how === 'set') return 'set';
    const items = list?.items() ?? null;
    return { keys: how.map((name) => ({ name, default: items?.field(name)?.default })) };
  };
}
