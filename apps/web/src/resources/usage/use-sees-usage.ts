import { endpoints } from '@pilothouse/contract';
import { computed, type ComputedRef } from 'vue';
import { useRights } from '../../api/rights.ts';
import type { ResourceRef } from '../resource-location.ts';

/** Whether the user may see what objects of a kind use, which is a right of its own. */
export function useSeesUsage(resource: () => ResourceRef): ComputedRef<boolean> {
  const { may } = useRights();
  return computed(() => may(endpoints.listResources, { params: resource(), query: { withUsage: true } }));
}
