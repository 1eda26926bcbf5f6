import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import type { ListEnvelope } from './kubernetes-object.ts';

/** Names and versions only: a CustomResourceDefinition is hundreds of kilobytes of schema. */
const metadataList =
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;q=0.1';

/** The resourceVersion that a collection has now, by a list of at most one object. Rejects with KubeError. */
export async function presentVersion(
  connection: ClusterConnection,
  ref: PathRef,
  signal: AbortSignal,
): Promise<string> {
  const request = { path: apiPath(ref), query: { limit: 1 }, accept: metadataList };
  const { metadata } = await connection.json<ListEnvelope>(request, { signal, priority: 'background' });
  const { resourceVersion } = metadata ?? {};
  if (typeof resourceVersion !== 'string') throw new KubeError('protocol', 'The list has no resourceVersion');
  return resourceVersion;
}
