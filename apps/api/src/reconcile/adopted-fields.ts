import {
  fieldOwners,
  parseFieldPath,
  plainPath,
  type FieldOwner,
  type KubernetesObject,
} from '@pilothouse/kinds';
import type { FieldConflict } from '@pilothouse/kube';
import { appsManager } from './unit-status.ts';

const isOwn = ({ manager, operation, subresource }: FieldOwner) =>
  manager === appsManager && operation === 'Apply' && subresource === '';

/**
 * Whether all that is in the way is the reconciler's as well: somebody changed it once, and then it was adopted. Who
 * applies a field goes on saying so, and is asked for.
 */
export function areAdopted(conflicts: readonly FieldConflict[], found: KubernetesObject): boolean {
  const owners = Map.groupBy(fieldOwners(found), ({ path }) => JSON.stringify(plainPath(found, path)));
  return conflicts.every(({ field }) => {
    const all = owners.get(JSON.stringify(parseFieldPath(field, found))) ?? [];
    return all.some(isOwn) && all.every((owner) => isOwn(owner) || owner.operation === 'Update');
  });
}
