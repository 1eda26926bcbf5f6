import { kindNamed, kinds, type KubernetesObject } from '@pilothouse/kinds';
import { getObject, KubeError, type ClusterConnection } from '@pilothouse/kube';

/** An object of the core group that others name. */
interface NeededObject {
  plural: string;
  kind: string;
  name: string;
}

/** What objects name in their namespace and do not bring along: claims, ConfigMaps, Secrets, service accounts. */
export function neededBy(objects: readonly KubernetesObject[]): NeededObject[] {
  const needed = new Map<string, NeededObject>();
  const isBrought = (kind: string, name: string) =>
    objects.some((object) => object.kind === kind && object.metadata?.name === name);
  for (const object of objects) {
    for (const relation of kindNamed(object.apiVersion ?? '', object.kind ?? '')?.relations ?? []) {
      const other = kinds.get(relation.kind);
      if (!('names' in relation) || other?.namespaced !== true || other.group !== 'core') continue;
      const { plural, kind } = other;
      for (const name of relation.names(object))
        if (!isBrought(kind, name)) needed.set(`${kind}/${name}`, { plural, kind, name });
    }
  }
  return [...needed.values()];
}

/** Null where nobody can tell. */
export async function isThere(
  connection: ClusterConnection | undefined,
  namespace: string,
  { plural, name }: NeededObject,
): Promise<boolean | null> {
  if (connection === undefined) return null;
  try {
    await getObject(connection, { group: '', version: 'v1', plural, namespace, name });
    return true;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return error.is(404) ? false : null;
  }
}
