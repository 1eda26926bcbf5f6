import { kindNamed, type KubernetesObject } from '@pilothouse/kinds';
import type { ObjectRef } from '@pilothouse/kube';

/** Which object, in its unit's namespace. */
export interface ObjectKey {
  /** Empty: the group without a name. */
  apiGroup: string;
  version: string;
  plural: string;
  kind: string;
  name: string;
}

/** The same object in whatever version. */
export function sameKey(one: ObjectKey, other: ObjectKey): boolean {
  return one.apiGroup === other.apiGroup && one.plural === other.plural && one.name === other.name;
}

/** Where a rendered object belongs. Of kinds that nobody has described there is none: that is the renderer's mistake. */
export function keyOf({ apiVersion = '', kind = '', metadata }: KubernetesObject): ObjectKey {
  const described = kindNamed(apiVersion, kind);
  const name = metadata?.name;
  if (described === undefined || name === undefined)
    throw new Error(`Not an object that can be written: ${apiVersion} ${kind} ${name}`);
  const { group, plural } = described;
  const version = apiVersion.split('/').at(-1) ?? '';
  return { apiGroup: group === 'core' ? '' : group, version, plural, kind, name };
}

export function refOf({ apiGroup, version, plural, name }: ObjectKey, namespace: string): ObjectRef {
  return { group: apiGroup, version, plural, namespace, name };
}
