import { endpoints, objectName, type OutputOf } from '@pilothouse/contract';
import { computed, onScopeDispose, ref, watch, type Ref } from 'vue';
import { useEndpoint } from '../../api/use-endpoint.ts';

type Answer = OutputOf<typeof endpoints.searchObjects>;
export type Found = Answer['found'][number];

/** Fewer letters find everything. */
const leastLetters = 2;
const typingPauseMs = 150;

/** A question to the clusters themselves: to one, or (null) to all. */
interface Asked {
  name: string;
  cluster: string | null;
}

/** Objects by what is typed: from lists that the platform holds while one types, from clusters when they are asked. */
export function useObjectSearch(needle: Ref<string>) {
  const typed = ref('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(needle, (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (typed.value = text.trim()), typingPauseMs);
  });
  onScopeDispose(() => clearTimeout(timer));

  const lists = useEndpoint(
    endpoints.searchObjects,
    () => (typed.value.length < leastLetters ? null : { query: { q: typed.value } }),
    { keepPrevious: true },
  );
  const asked = ref<Asked | null>(null);
  watch(needle, () => (asked.value = null));
  const clusters = useEndpoint(endpoints.searchObjects, () => {
    if (asked.value === null) return null;
    const { name, cluster } = asked.value;
    return { query: { q: name, from: 'clusters' as const, ...(cluster !== null && { cluster }) } };
  });

  const held = computed(() =>
    needle.value.trim().length < leastLetters ? [] : (lists.data.value?.found ?? []),
  );
  return {
    held,
    /** What the clusters have beside it. */
    beside: computed(() =>
      asked.value === null ? [] : others(clusters.data.value?.found ?? [], held.value),
    ),
    /** The name that clusters can be asked for; null where what is typed is none. */
    name: computed(() => nameIn(needle.value)),
    asked,
    ask: (cluster: string | null) => (asked.value = { name: needle.value.trim(), cluster }),
    isAsking: computed(() => asked.value !== null && clusters.isFetching.value),
    unsearched: computed(() => (asked.value === null ? [] : (clusters.data.value?.unsearched ?? []))),
    error: computed(() => (asked.value === null ? lists.error.value : clusters.error.value)),
  };
}

/** `name` or `namespace/name`. */
function nameIn(text: string): string | null {
  const parts = text.trim().split('/');
  return parts.length <= 2 && parts.every((part) => objectName.safeParse(part).success) ? text.trim() : null;
}

function others(found: readonly Found[], known: readonly Found[]): Found[] {
  const keyOf = ({ cluster, group, plural }: Found, { namespace, name }: Found['items'][number]) =>
    [cluster, group, plural, namespace, name].join(' ');
  const keys = new Set(known.flatMap((each) => each.items.map((item) => keyOf(each, item))));
  return found
    .map((each) => ({ ...each, items: each.items.filter((item) => !keys.has(keyOf(each, item))) }))
    .filter(({ items }) => items.length > 0);
}
