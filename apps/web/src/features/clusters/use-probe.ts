import { endpoints } from '@pilothouse/contract';
import { ref, shallowRef } from 'vue';
import { call } from '../../api/call.ts';
import { useClusters } from '../../api/clusters.ts';

/** "Probe now", for several clusters at once. */
export function useProbe() {
  const clusters = useClusters();
  const probing = ref<ReadonlySet<string>>(new Set());
  const error = shallowRef<unknown>(null);

  async function probe(cluster: string) {
    probing.value = new Set([...probing.value, cluster]);
    error.value = null;
    try {
      await call(endpoints.probeCluster, { params: { cluster } });
      clusters.refresh();
    } catch (failure) {
      error.value = failure;
    } finally {
      probing.value = new Set([...probing.value].filter((name) => name !== cluster));
    }
  }

  return { probing, error, probe };
}
