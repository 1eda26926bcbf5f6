import { computed, type ComputedRef, type Ref } from 'vue';
import type { TableView } from './RecordsTable/record-column.ts';
import { useRoute, useRouter, type LocationQueryValue } from 'vue-router';

export interface PagedQuery<F extends string = string> {
  page: ComputedRef<number>;
  pageSize: ComputedRef<number>;
  /** As the API takes it; null is the list's own order. */
  sort: ComputedRef<string | null>;
  /** Page, order and filters as an endpoint takes them; its choices are left to the page. */
  query: ComputedRef<
    { page: number; pageSize: number; sort: string | undefined } & Record<F, string | undefined>
  >;
  /** The filters and choices that are set, by name. */
  filter: ComputedRef<Record<string, string | undefined>>;
  isFiltered: ComputedRef<boolean>;
  /** Changes the address; null takes a filter away. Another filter begins at the first page. */
  show: (change: Record<string, string | number | null | undefined>) => void;
  /** Takes all filters away. */
  clear: () => void;
}

/** Not more: a browser draws hundreds of rows anew at every change. */
export const pageSizes = [20, 50, 100];

/**
 * Page and filters of a list, kept in the address.
 * @param filters narrow the list.
 * @param choices choose another list; clearing the filters leaves them.
 */
export function usePagedQuery<F extends string = never>(
  filters: readonly F[],
  choices: readonly string[] = [],
): PagedQuery<F> {
  const route = useRoute();
  const router = useRouter();
  const names = [...filters, ...choices];
  const numberOf = (value: LocationQueryValue | LocationQueryValue[] | undefined, other: number) => {
    const number = Number(value);
    return Number.isInteger(number) && number >= 1 ? number : other;
  };
  const filter = computed(() =>
    Object.fromEntries(
      names.map((name) => {
        const value = route.query[name];
        return [name, typeof value === 'string' && value !== '' ? value : undefined];
      }),
    ),
  );
  const show: PagedQuery['show'] = (change) => {
    const isFilter = Object.keys(change).some((name) => names.includes(name));
    const merged: Record<string, unknown> = {
      ...route.query,
      ...(isFilter ? { page: null } : {}),
      ...change,
    };
    const kept = Object.entries(merged).filter(
      ([, value]) => value !== null && value !== undefined && value !== '',
    );
    void router.replace({ query: Object.fromEntries(kept) as Record<string, string> });
  };
  const page = computed(() => numberOf(route.query['page'], 1));
  const pageSize = computed(() => Math.min(500, numberOf(route.query['pageSize'], 50)));
  const sort = computed(() => (typeof route.query['sort'] === 'string' ? route.query['sort'] : null));
  return {
    page,
    pageSize,
    sort,
    query: computed(() => ({
      page: page.value,
      pageSize: pageSize.value,
      sort: sort.value ?? undefined,
      ...(Object.fromEntries(filters.map((name) => [name, filter.value[name]])) as Record<
        F,
        string | undefined
      >),
    })),
    filter,
    isFiltered: computed(() => filters.some((name) => filter.value[name] !== undefined)),
    show,
    clear: () => show(Object.fromEntries(filters.map((name) => [name, null]))),
  };
}

/**
 * What PagedTable shows of a list and does with it, for `v-bind`.
 * @param read asks for the page again.
 */
export function pagedList<T extends object>(
  query: Omit<PagedQuery, 'query'>,
  answer: {
    data: Ref<{ items: T[]; total: number; more?: boolean } | null | undefined>;
    error: Ref<unknown>;
    isPending: Ref<boolean>;
  },
  read: () => unknown,
) {
  return computed(() => ({
    items: answer.data.value?.items ?? [],
    total: answer.data.value?.total ?? 0,
    more: answer.data.value?.more ?? false,
    page: query.page.value,
    pageSize: query.pageSize.value,
    sort: query.sort.value,
    isPending: answer.isPending.value,
    error: answer.error.value,
    isFiltered: query.isFiltered.value,
    onView: (view: TableView) => query.show({ ...view }),
    onRetry: read,
    onClear: query.clear,
  }));
}
