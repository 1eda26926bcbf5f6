import { computed, type Ref } from 'vue';
import type { Place } from './use-records.ts';

/** The chosen records of a table, by key; they stay chosen while paging. */
export function useSelection<T>(
  selection: Ref<ReadonlyMap<string, T>>,
  places: Readonly<Ref<Place<T>[]>>,
  isGone: (key: string) => boolean,
) {
  const here = computed(() => places.value.filter(({ key }) => !isGone(key)));
  /** Where a range begins. */
  let last: string | null = null;

  function put(chosen: readonly Place<T>[], isSelected: boolean) {
    const next = new Map(selection.value);
    for (const { key, record } of chosen) {
      if (isSelected) next.set(key, record.value);
      else next.delete(key);
    }
    selection.value = next;
  }

  return {
    /** How many of the page are chosen. */
    state: computed(() => {
      const count = here.value.filter(({ key }) => selection.value.has(key)).length;
      if (count === 0) return 'none';
      return count === here.value.length ? 'all' : 'some';
    }),
    all: (isSelected: boolean) => put(here.value, isSelected),
    /** One, or with `isRange` all from the one before. */
    one: (place: Place<T>, isSelected: boolean, isRange: boolean) => {
      const indexOf = (key: string | null) => here.value.findIndex((each) => each.key === key);
      const [from, to] = [indexOf(last), indexOf(place.key)].toSorted((a, b) => a - b) as [number, number];
      put(isRange && from >= 0 ? here.value.slice(from, to + 1) : [place], isSelected);
      last = place.key;
    },
  };
}
