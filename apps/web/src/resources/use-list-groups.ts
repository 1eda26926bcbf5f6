import { endpoints } from '@pilothouse/contract';
import { descriptorFor } from '@pilothouse/kinds';
import { computed, ref, type ComputedRef } from 'vue';
import { useEndpoint } from '../api/use-endpoint.ts';
import { withoutLabel } from './label-term.ts';
import { listQueryOf, type ListState } from './list-state.ts';
import type { ResourceRef } from './resource-location.ts';

/** A list by a label: which labels there are, and the groups of the one that is chosen. */
export function useListGroups(resource: ComputedRef<ResourceRef>, view: ComputedRef<ListState>) {
  const grouping = computed(() => descriptorFor(resource.value.group, resource.value.plural).grouping);
  /** Whether somebody has looked at what there is to choose from. */
  const isAsked = ref(false);
  const answer = useEndpoint(
    endpoints.groupResources,
    () => {
      const by = view.value.groupBy;
      if (grouping.value === null || (by === '' && !isAsked.value)) return null;
      const {
        page: _page,
        pageSize: _size,
        sort: _sort,
        labelSelector = '',
        ...query
      } = { sort: undefined, ...listQueryOf(view.value) };
      const selector = by === '' ? labelSelector : withoutLabel(labelSelector, by);
      return {
        params: resource.value,
        query: {
          ...query,
          ...(selector !== '' && { labelSelector: selector }),
          ...(by !== '' && { by }),
        },
      };
    },
    { keepPrevious: true, refetchIntervalMs: 10_000 },
  );
  const labels = computed(() => {
    const usual = grouping.value?.labels ?? [];
    const found = answer.data.value?.labels ?? [];
    const all = [
      ...usual.filter((key) => found.includes(key)),
      ...found.filter((key) => !usual.includes(key)),
    ];
    const { groupBy } = view.value;
    return groupBy === '' || all.includes(groupBy) ? all : [groupBy, ...all];
  });
  return { grouping, labels, answer, ask: () => (isAsked.value = true) };
}

export type ListGroups = ReturnType<typeof useListGroups>;
