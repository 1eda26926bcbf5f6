import { computed, type ComputedRef } from 'vue';
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

/** The cluster the address is about; null elsewhere, and until it is known. */
export function useCluster(): ComputedRef<Cluster | null> {
  const clusters = useClusters();
  const name = useClusterName();
  return computed(() => (name.value === null ? null : clusters.byName(name.value)));
}
