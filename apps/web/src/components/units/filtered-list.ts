import { computed, type Ref } from 'vue';
import { pagedList, usePagedQuery } from '../paged-query.ts';

/**
 * A list that comes whole (it is as long as people can name things), searched, sorted and paged here.
 * @param textsOf what the search looks in.
 */
export function useFilteredList<T extends { id: string; name: string }>(
  records: Ref<readonly T[] | undefined>,
  live: { error: Ref<unknown>; isPending: Ref<boolean>; refresh: () => unknown },
  textsOf: (record: T) => string[],
) {
  const paged = usePagedQuery(['q']);
  const sorted = computed(() => {
    const needle = (paged.filter.value['q'] ?? '').toLowerCase();
    const found = (records.value ?? []).filter(
      (record) => needle === '' || textsOf(record).some((text) => text.toLowerCase().includes(needle)),
    );
    const order = paged.sort.value;
    if (order === null) return found;
    const key = order.replace(/^-/, '');
    const direction = order.startsWith('-') ? -1 : 1;
    return found.toSorted((a, b) => direction * compare(valueOf(a, key), valueOf(b, key)));
  });
  const data = computed(() => {
    const from = (paged.page.value - 1) * paged.pageSize.value;
    const items = sorted.value.slice(from, from + paged.pageSize.value);
    return { items, total: sorted.value.length };
  });
  return {
    paged,
    /** Ids of what the page shows. */
    seen: computed(() => data.value.items.map(({ id }) => id).toSorted()),
    list: pagedList(paged, { data, error: live.error, isPending: live.isPending }, live.refresh),
  };
}

const valueOf = (record: object, key: string) => (record as Record<string, unknown>)[key];

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '').localeCompare(String(b ?? ''));
}
