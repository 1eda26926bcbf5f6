import { descriptorFor, type KindDescriptor } from '@pilothouse/kinds';
import type { ClusterConnection, DiscoveredResource, Discovery } from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';

/** A registered cluster, as this feature sees it. A replaced credential gives another one. */
export interface ResourceCluster {
  id: string;
  name: string;
  connection: ClusterConnection;
  discovery(): Promise<Discovery>;
}

/** Undefined when no such cluster is registered (any more). */
export type FindCluster = (name: string) => ResourceCluster | undefined;

/** A kind as a cluster serves it. */
export interface ServedKind {
  cluster: ResourceCluster;
  resource: DiscoveredResource;
  descriptor: KindDescriptor;
}

/** Finds cluster and kind of a path. Throws `notFound` or `unknownResource`; asked after authorisation only. */
export async function servedKind(
  find: FindCluster,
  params: { cluster: string; group: string; plural: string },
): Promise<ServedKind> {
  const cluster = find(params.cluster);
  if (cluster === undefined) throw new AppError('notFound');
  const { group, plural } = params;
  const resource = (await cluster.discovery()).find(group, plural);
  if (resource === undefined) throw new AppError('unknownResource', { group, plural });
  return { cluster, resource, descriptor: descriptorFor(group, plural, resource.kind) };
}

/** The namespace of a path: `_` where, and only where, the kind is cluster-scoped. */
export function namespaceOf({ resource }: ServedKind, given: string): string | undefined {
  const { namespaced, plural } = resource;
  if (given === '_') {
    if (namespaced) throw new AppError('namespaceRequired', { plural });
    return undefined;
  }
  if (!namespaced) throw new AppError('notNamespaced', { plural });
  return given;
}
