import { computed, watch, type ComputedRef } from 'vue';
import { useRoute } from 'vue-router';
import { useClusters, type Cluster } from './clusters.ts';

/** The name of the cluster the address is about; null elsewhere. */
export function useClusterName(): ComputedRef<string | null> {
  const route = useRoute();
  return computed(() => {
    const name = route.params['cluster'];
    return typeof name === 'string' && name !== '' ? name : null;
  });
}

/** The name in the address where no cluster has it that the user may see; null while that is not known. */
export function useUnknownCluster(): ComputedRef<string | null> {
  const clusters = useClusters();
  const name = useClusterName();
  const isMissing = computed(() => name.value !== null && clusters.byName(name.value) === null);
  // it may have been registered a moment ago
  watch(
    isMissing,
    (missing) => {
      if (missing && !clusters.isPending) clusters.refresh();
    },
    { immediate: true },
  );
  return computed(() => (isMissing.value && clusters.isAnswered ? name.value : null));
}

/** The cluster the address is about; null elsewhere, and until it is known. */
export function useCluster(): ComputedRef<Cluster | null> {
  const clusters = useClusters();
  const name = useClusterName();
  return computed(() => (name.value === null ? null : clusters.byName(name.value)));
}
