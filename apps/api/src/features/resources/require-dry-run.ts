import { declaresDryRun, type DiscoveredResource, type WriteCall } from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import type { ResourceCluster } from './resource-cluster.ts';

const verbs = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/**
 * Throws `dryRunUnavailable` where the cluster does not declare dry run for a call: a server that does not know the
 * parameter would write.
 */
export async function requireDryRun(
  { openApi }: Pick<ResourceCluster, 'openApi'>,
  resource: DiscoveredResource,
  { method, subresource }: Pick<WriteCall, 'method' | 'subresource'>,
): Promise<void> {
  const { group, version, plural, namespaced } = resource;
  const kind = { group, version, plural, namespaced };
  const call = { method, ...kind, ...(subresource !== undefined && { subresource }) };
  if (!(await declaresDryRun(openApi, call)))
    throw new AppError('dryRunUnavailable', { verb: verbs[method], plural });
}
