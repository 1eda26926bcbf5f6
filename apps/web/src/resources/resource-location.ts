import type { KindKey } from '@pilothouse/kinds';
import type { LocationQueryRaw, RouteLocationRaw } from 'vue-router';

export interface ResourceRef {
  cluster: string;
  /** `core` for the group without a name. */
  group: string;
  plural: string;
}

/** A kind in a cluster, by its key. */
export function kindRef(cluster: string, key: KindKey): ResourceRef {
  const [group = '', plural = ''] = key.split('/');
  return { cluster, group, plural };
}

/** The page of one object; `namespace` is undefined where it is cluster-scoped. */
export function detailLocation(
  { cluster, group, plural }: ResourceRef,
  { namespace, name }: { namespace?: string | undefined; name: string },
  query: LocationQueryRaw = {},
): RouteLocationRaw {
  return { name: 'resource', params: { cluster, group, plural, namespace: namespace ?? '_', name }, query };
}

/** The list a kind's objects are in. */
export function listLocation(
  { cluster, group, plural }: ResourceRef,
  query: LocationQueryRaw = {},
): RouteLocationRaw {
  return { name: 'resources', params: { cluster, group, plural }, query };
}
