import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { ResourceQuota } from '../wire/core.ts';

/** `cpu: 1/4, pods: 3/10` of the quota's resources by name; those of limits stand apart. */
function amountsOf({ status }: ResourceQuota, ofLimits: boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .filter((resource) => resource.startsWith('limits.') === ofLimits)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((resource) => `${resource}: ${used[resource] ?? '0'}/${hard[resource]}`)
    .join(', ');
}

/** ResourceQuotas as `kubectl get resourcequotas` prints them (`printResourceQuota`). */
export const resourcequotas = defineKind({
  group: 'core',
  plural: 'resourcequotas',
  kind: 'ResourceQuota',
  namespaced: true,
  menu: { module: 'config', order: 30 },
  facts: (quota: ResourceQuota) => quota,
  fields: {
    name: nameColumn,
    request: {
      type: 'text',
      read: (quota) => amountsOf(quota, false),
      column: { header: 'REQUEST', width: 380 },
    },
    limit: {
      type: 'text',
      read: (quota) => amountsOf(quota, true),
      column: { header: 'LIMIT', width: 300 },
    },
    age: ageColumn,
  },
});
