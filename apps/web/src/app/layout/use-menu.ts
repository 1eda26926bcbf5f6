import { computed } from 'vue';
import { useRoute } from 'vue-router';
import { useClusters } from '../../api/clusters.ts';
import { usePreferences } from '../../components/preferences/preferences.ts';
import { useSession } from '../../api/session.ts';
import { useClusterName } from '../../api/use-cluster.ts';
import { currentPage, menuModules } from './menu-items.ts';

/** The menu as it stands at this address. */
export function useMenu() {
  const session = useSession();
  const clusters = useClusters();
  const preferences = usePreferences();
  const route = useRoute();
  const named = useClusterName();
  const cluster = computed(() => {
    if (named.value !== null) return named.value;
    const { lastCluster } = preferences;
    if (lastCluster !== null && clusters.byName(lastCluster) !== null) return lastCluster;
    return clusters.clusters[0]?.name ?? null;
  });
  const modules = computed(() =>
    menuModules(session.menus, cluster.value, named.value === null ? {} : route.query),
  );
  return { modules, current: computed(() => currentPage(modules.value, route.path)) };
}
