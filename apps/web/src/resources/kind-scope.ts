import { kinds } from '@pilothouse/kinds';
import { shallowReactive } from 'vue';

/** Kinds without a descriptor that turned out to be cluster-scoped. */
const clusterScoped = shallowReactive(new Set<string>());

/** Whether a kind's objects live in namespaces, as far as the page knows: what nobody has described may until it is seen. */
export function isNamespaced(group: string, plural: string): boolean {
  const key = `${group}/${plural}`;
  return kinds.get(key)?.namespaced ?? !clusterScoped.has(key);
}

/** Remembers what an answer has shown of a kind. */
export function noteClusterScoped(group: string, plural: string): void {
  clusterScoped.add(`${group}/${plural}`);
}
