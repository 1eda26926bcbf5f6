import { descriptorFor, kindNamed, type KindDescriptor, type KubernetesObject } from '@pilothouse/kinds';

/** An object as the endpoints name it, with what is known of its kind. */
export function objectRefOf(
  cluster: string,
  object: KubernetesObject,
): {
  descriptor: KindDescriptor;
  params: { cluster: string; group: string; plural: string; namespace: string; name: string };
} {
  const { apiVersion = '', kind = '', metadata = {} } = object;
  const descriptor = kindNamed(apiVersion, kind) ?? descriptorFor('', '', kind);
  const { group, plural } = descriptor;
  const { namespace = '_', name = '' } = metadata;
  return { descriptor, params: { cluster, group, plural, namespace, name } };
}
