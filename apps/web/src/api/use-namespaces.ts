import { endpoints } from '@pilothouse/contract';
import { computed, toValue, type MaybeRefOrGetter } from 'vue';
import { useSession } from './session.ts';
import { useEndpoint } from './use-endpoint.ts';

/** The namespaces of a cluster that the user may see: all of them, or those that were granted. */
export function useNamespaces(cluster: MaybeRefOrGetter<string | null>) {
  const session = useSession();
  const granted = computed(() => {
    const name = toValue(cluster);
    return name === null ? [] : session.rights.namespacesIn(name);
  });
  const { data, isFetching } = useEndpoint(endpoints.listResources, () => {
    const name = toValue(cluster);
    return name !== null && granted.value === 'all'
      ? {
          params: { cluster: name, group: 'core', plural: 'namespaces' },
          query: { pageSize: 500, sort: 'name' },
        }
      : null;
  });
  return {
    areAll: computed(() => granted.value === 'all'),
    names: computed(() =>
      granted.value === 'all' ? (data.value?.items ?? []).map(({ name }) => name) : granted.value,
    ),
    isFetching,
  };
}
