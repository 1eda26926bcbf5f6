import { descriptorFor, type KindDescriptor } from '@pilothouse/kinds';
import type {
  ClusterConnection,
  DiscoveredResource,
  KeptDiscovery,
  OpenApiDocuments,
} from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';

/** A registered cluster, as this feature sees it. A replaced credential gives another one. */
export interface ResourceCluster {
  id: string;
  name: string;
  connection: ClusterConnection;
  discovery: Pick<KeptDiscovery, 'get' | 'renew' | 'onChange'>;
  openApi: OpenApiDocuments;
}

/** Undefined when no such cluster is registered (any more). */
export type FindCluster = (name: string) => ResourceCluster | undefined;

/** A kind as a cluster serves it. */
export interface ServedKind {
  cluster: ResourceCluster;
  resource: DiscoveredResource;
  descriptor: KindDescriptor;
}

/**
 * Finds cluster and kind of a path; a kind that is not known yet is asked for. Throws `notFound`, `unknownResource`, or
 * `apiUnavailable` where the cluster itself cannot say. Asked after authorisation only.
 */
export async function servedKind(
  find: FindCluster,
  params: { cluster: string; group: string; plural: string },
): Promise<ServedKind> {
  const cluster = find(params.cluster);
  if (cluster === undefined) throw new AppError('notFound');
  const { group, plural } = params;
  const known = (await cluster.discovery.get()).find(group, plural);
  const resource = known ?? (await newlyServed(cluster, group, plural));
  return { cluster, resource, descriptor: descriptorFor(group, plural, resource.kind) };
}

async function newlyServed(
  { discovery }: ResourceCluster,
  group: string,
  plural: string,
): Promise<DiscoveredResource> {
  const served = await discovery.renew();
  const resource = served.find(group, plural);
  if (resource !== undefined) return resource;
  throw new AppError(served.isBroken(group) ? 'apiUnavailable' : 'unknownResource', { group, plural });
}

/** Tells when a kind is served no more, or in another version. Returns how to stop listening. */
export function onKindGone({ cluster, resource }: ServedKind, gone: () => void): () => void {
  const { group, plural, version } = resource;
  return cluster.discovery.onChange((served) => {
    // an API that is down says nothing about what it serves
    if (served.find(group, plural)?.version !== version && !served.isBroken(group)) gone();
  });
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
