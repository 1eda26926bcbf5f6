import { endpoints, type OutputOf } from '@pilothouse/contract';
import { defineStore } from 'pinia';
import { computed, watch } from 'vue';
import { useLive } from './use-live.ts';
import { useSession } from './session.ts';

export type Cluster = OutputOf<typeof endpoints.getCluster>;
export type Environment = Cluster['environment'];
export type Probe = NonNullable<Cluster['health']['lastProbe']>;

/** The clusters the user may see, live: pickers, stripes and the Clusters page share this one subscription. */
export const useClusters = defineStore('clusters', () => {
  const session = useSession();
  const live = useLive(endpoints.listClusters, () =>
    session.state === 'signedIn' && !session.mustChangePassword ? {} : null,
  );
  // a first grant shows a cluster to who had none, and one that is taken hides it
  watch(
    () => JSON.stringify(session.grants),
    () => {
      if (live.error.value !== null) live.refresh();
    },
  );
  const clusters = computed<Cluster[]>(() =>
    session.state === 'signedIn' ? (live.data.value?.items ?? []) : [],
  );
  return {
    clusters,
    isPending: live.isPending,
    /** What is here is the whole answer. */
    isAnswered: computed(
      () => !live.isPending.value && live.error.value === null && live.data.value !== null,
    ),
    error: live.error,
    refresh: live.refresh,
    byName: (name: string): Cluster | null => clusters.value.find((cluster) => cluster.name === name) ?? null,
  };
});
