import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { StoreRow } from '../store/store-row.ts';

/** A pod as far as the tests need one. */
export function pod(
  name: string,
  resourceVersion: number,
  { uid = `uid-${name}`, node = 'node-1', labels = { app: 'web' }, namespace = 'demo' } = {},
): KubernetesObject & { spec: { nodeName: string } } {
  const metadata = { name, namespace, uid, resourceVersion: String(resourceVersion), labels };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: node } };
}

/** What a store keeps of it. */
export function podRow(object: KubernetesObject): StoreRow {
  const { uid, namespace, name, resourceVersion } = object.metadata;
  const { nodeName } = (object as ReturnType<typeof pod>).spec;
  return {
    uid,
    name,
    resourceVersion,
    cells: { node: nodeName },
    ...(namespace === undefined ? {} : { namespace }),
  };
}

export const pods = { group: '', version: 'v1', plural: 'pods' };
