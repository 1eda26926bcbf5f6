import type { namespaceQuota } from '@pilothouse/contract';
import { parseQuantity, type ResourceQuota } from '@pilothouse/kinds';
import { eachObject, KubeError, type ClusterConnection } from '@pilothouse/kube';
import type { z } from 'zod';

type Quota = z.output<typeof namespaceQuota>;

const mostQuotas = 5000;

/** All ResourceQuotas of a cluster; null where the credential may not list them in all namespaces. */
export async function readQuotas(connection: ClusterConnection): Promise<Quota[] | null> {
  const quotas: Quota[] = [];
  const take = (quota: ResourceQuota) => {
    if (quotas.length < mostQuotas) quotas.push(quotaOf(quota));
  };
  const options = {
    priority: 'background',
    withoutManagedFields: true,
    malformed: () => undefined,
  } as const;
  try {
    await eachObject<ResourceQuota>(
      connection,
      { group: '', version: 'v1', plural: 'resourcequotas' },
      take,
      options,
    );
    return quotas;
  } catch (error) {
    if (error instanceof KubeError && error.is(403)) return null;
    throw error;
  }
}

/** Of what it limits, by name. */
export function quotaOf({ metadata, status }: ResourceQuota): Quota {
  const { hard = {}, used = {} } = status ?? {};
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    resources: Object.entries(hard)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([resource, amount]) => {
        const [taken, most] = [String(used[resource] ?? 0), String(amount)];
        return { resource, used: taken, hard: most, share: shareOf(taken, most) };
      }),
  };
}

function shareOf(used: string, hard: string): number | null {
  const most = Number(parseQuantity(hard));
  return most === 0 ? null : Number(parseQuantity(used)) / most;
}
