import type { RouteLocationRaw } from 'vue-router';

export interface ResourceRef {
  cluster: string;
  /** `core` for the group without a name. */
  group: string;
  plural: string;
}

/** Kinds with an address of their own. */
const named: Record<string, { list: string; detail: string }> = {
  'core/nodes': { list: 'nodes', detail: 'node' },
  'core/pods': { list: 'pods', detail: 'pod' },
};

/** The page of one object; `namespace` is undefined where it is cluster-scoped. */
export function detailLocation(
  { cluster, group, plural }: ResourceRef,
  { namespace, name }: { namespace?: string | undefined; name: string },
  query: Record<string, string> = {},
): RouteLocationRaw {
  const own = named[`${group}/${plural}`];
  const place = namespace === undefined ? {} : { namespace };
  return own
    ? { name: own.detail, params: { cluster, ...place, name }, query }
    : { name: 'resource', params: { cluster, group, plural, namespace: namespace ?? '_', name }, query };
}

/** The list a kind's objects are in. */
export function listLocation(
  { cluster, group, plural }: ResourceRef,
  query: Record<string, string | string[]> = {},
): RouteLocationRaw {
  const own = named[`${group}/${plural}`];
  return own
    ? { name: own.list, params: { cluster }, query }
    : { name: 'resources', params: { cluster, group, plural }, query };
}
