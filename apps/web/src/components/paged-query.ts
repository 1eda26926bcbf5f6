import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQueryValue } from 'vue-router';

export interface PagedQuery {
  page: ComputedRef<number>;
  pageSize: ComputedRef<number>;
  /** The filters that are set, by name. */
  filter: ComputedRef<Record<string, string | undefined>>;
  /** Changes the address; null takes a filter away. Another filter begins at the first page. */
  show: (change: Record<string, string | number | null | undefined>) => void;
}

export const pageSizes = [20, 50, 100, 200];

/** Page and filters of a list, kept in the address. */
export function usePagedQuery(filters: readonly string[]): PagedQuery {
  const route = useRoute();
  const router = useRouter();
  const numberOf = (value: LocationQueryValue | LocationQueryValue[] | undefined, other: number) => {
    const number = Number(value);
    return Number.isInteger(number) && number >= 1 ? number : other;
  };
  return {
    page: computed(() => numberOf(route.query['page'], 1)),
    pageSize: computed(() => Math.min(500, numberOf(route.query['pageSize'], 50))),
    filter: computed(() =>
      Object.fromEntries(
        filters.map((name) => {
          const value = route.query[name];
          return [name, typeof value === 'string' && value !== '' ? value : undefined];
        }),
      ),
    ),
    show: (change) => {
      const isFilter = Object.keys(change).some((name) => filters.includes(name));
      const merged: Record<string, unknown> = {
        ...route.query,
        ...(isFilter ? { page: null } : {}),
        ...change,
      };
      const kept = Object.entries(merged).filter(
        ([, value]) => value !== null && value !== undefined && value !== '',
      );
      void router.replace({ query: Object.fromEntries(kept) as Record<string, string> });
    },
  };
}
