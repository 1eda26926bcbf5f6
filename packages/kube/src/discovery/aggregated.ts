import type { DiscoveredResource } from './discovery.ts';
import { isName, isRecord, readResource } from './well-formed.ts';

/**
 * What `items` of an APIGroupDiscoveryList (`apidiscovery.k8s.io/v2` and `v2beta1`) say. A version of which anything is
 * malformed is in `broken`, and what is well-formed of it in `resources`.
 */
export function readAggregated(items: readonly unknown[]): {
  resources: DiscoveredResource[];
  broken: string[];
} {
  const resources: DiscoveredResource[] = [];
  const broken = new Set<string>();
  for (const item of items) {
    const group = groupOf(item);
    if (group === undefined) {
      broken.add('*/*');
      continue;
    }
    const { versions } = item as { versions?: unknown };
    if (!Array.isArray(versions)) {
      broken.add(`${group}/*`);
      continue;
    }
    for (const served of versions) {
      const version = isRecord(served) && isName(served['version']) ? served['version'] : '*';
      const { freshness, resources: named = [] } = isRecord(served) ? served : {};
      // an aggregated API that did not answer the apiserver
      if (version === '*' || freshness === 'Stale' || !Array.isArray(named))
        broken.add(`${group}/${version}`);
      if (version === '*' || !Array.isArray(named)) continue;
      for (const one of named) {
        const resource = readResource(group, version, isRecord(one) ? described(one) : one);
        if (resource === undefined) broken.add(`${group}/${version}`);
        else resources.push(resource);
      }
    }
  }
  return { resources, broken: [...broken] };
}

/** Undefined where an item names none; the core group has no name. */
function groupOf(item: unknown): string | undefined {
  if (!isRecord(item)) return undefined;
  const { metadata = {} } = item;
  const { name = '' } = isRecord(metadata) ? metadata : { name: null };
  return name === '' || isName(name) ? name : undefined;
}

/** In the words of an APIResource. */
function described({
  resource,
  responseKind,
  scope,
  verbs,
  subresources = [],
}: Record<string, unknown>): unknown {
  const names = Array.isArray(subresources)
    ? subresources.map((one) => (isRecord(one) ? one['subresource'] : undefined))
    : null;
  const { kind = '' } = isRecord(responseKind) ? responseKind : {};
  return { name: resource, kind, namespaced: scope === 'Namespaced', verbs, subresources: names };
}
