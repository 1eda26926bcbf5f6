import { endpoints } from '@pilothouse/contract';
import { computed, toValue, type MaybeRefOrGetter } from 'vue';
import { useClusters } from './clusters.ts';
import { useSession } from './session.ts';
import { useLive } from './use-live.ts';

/**
 * The namespaces of a cluster that the user may see: all of them, or those that were granted. Where they are `unknown`
 * (the credential, or the user, may not list them) there is the one that the kubeconfig's context names. `usual` is the
 * one to look at first: that one, or the only one granted.
 */
export function useNamespaces(cluster: MaybeRefOrGetter<string | null>) {
  const session = useSession();
  const granted = computed(() => {
    const name = toValue(cluster);
    return name === null ? [] : session.rights.namespacesIn(name);
  });
  const clusters = useClusters();
  // over the socket, where a refusal is an answer like others and not an error in the browser's console
  const { data, isPending, error } = useLive(endpoints.listResources, () => {
    const name = toValue(cluster);
    return name !== null && clusters.byName(name) !== null && granted.value === 'all'
      ? {
          params: { cluster: name, group: 'core', plural: 'namespaces' },
          query: { pageSize: 500, sort: 'name' },
        }
      : null;
  });
  const areUnknown = computed(
    () => granted.value === 'all' && ['forbidden', 'clusterForbidden'].includes(error.value?.code ?? ''),
  );
  const usual = computed(() => {
    if (granted.value !== 'all') return granted.value.length === 1 ? granted.value[0] : undefined;
    return areUnknown.value ? (clusters.byName(toValue(cluster) ?? '')?.namespace ?? undefined) : undefined;
  });
  return {
    areUnknown,
    usual,
    areAll: computed(() => granted.value === 'all'),
    names: computed(() => {
      if (granted.value !== 'all') return granted.value;
      if (areUnknown.value) return usual.value === undefined ? [] : [usual.value];
      return (data.value?.items ?? []).map(({ name }) => name);
    }),
    isFetching: computed(() => granted.value === 'all' && isPending.value),
  };
}
