import type { RouteLocationRaw } from 'vue-router';
import type { ResourceRef } from '../resource-location.ts';

/** Which side of the editor an address opens. */
export type EditorSide = 'form' | 'yaml';

/** The page that edits an object. */
export function editLocation(
  { cluster, group, plural }: ResourceRef,
  { namespace, name }: { namespace?: string | undefined; name: string },
  side?: EditorSide,
): RouteLocationRaw {
  const query = side === undefined ? {} : { side };
  return {
    name: 'edit-resource',
    params: { cluster, group, plural, namespace: namespace ?? '_', name },
    query,
  };
}

/** The page that applies a text of many objects; `namespace` is where those go that name none. */
export function applyLocation(cluster: string, namespace?: string): RouteLocationRaw {
  return { name: 'apply', params: { cluster }, query: namespace === undefined ? {} : { namespace } };
}

/** The page that creates an object: an empty one, or (`copy`) after the model of another. */
export function createLocation(
  { cluster, group, plural }: ResourceRef,
  options: {
    namespace?: string | undefined;
    copy?: { namespace?: string | undefined; name: string };
  } = {},
): RouteLocationRaw {
  const { namespace, copy } = options;
  return {
    name: 'create-resource',
    params: { cluster, group, plural },
    query: {
      ...(namespace === undefined ? {} : { namespace }),
      ...(copy === undefined ? {} : { copy: `${copy.namespace ?? '_'}/${copy.name}` }),
    },
  };
}
