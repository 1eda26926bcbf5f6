import { computed, shallowReactive, watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute, useRouter, type LocationQuery } from 'vue-router';
import { useRights } from '../../api/rights.ts';
import { useSession } from '../../api/session.ts';
import { useClusterName, useUnknownCluster } from '../../api/use-cluster.ts';
import { mayApply } from '../../resources/may-apply.ts';
import { currentPage, menuModules } from './menu-items.ts';

/** The menu as it stands at this address. */
export function useMenu() {
  const session = useSession();
  const route = useRoute();
  const router = useRouter();
  const { t, te } = useI18n();
  const named = useClusterName();
  const unknown = useUnknownCluster();
  /** That of the address and no other: the menu never leads to another cluster than the header names. */
  const cluster = computed(() => (unknown.value === null ? named.value : null));
  function isNamespaced(path: string): boolean {
    const to = router.resolve(path);
    return to.meta.namespaced?.(to) ?? false;
  }
  /** Chosen last in a cluster, for the way back from pages that have no choice of them: this tab's alone. */
  const chosen = shallowReactive(new Map<string, LocationQuery[string] | undefined>());
  watch(
    () => [cluster.value, route.query['namespace'], route.meta.namespaced?.(route) ?? false] as const,
    ([name, namespace, isChosenHere]) => {
      if (name !== null && (isChosenHere || namespace !== undefined)) chosen.set(name, namespace);
    },
    { immediate: true },
  );
  const query = computed((): LocationQuery => {
    const namespace = cluster.value === null ? undefined : chosen.get(cluster.value);
    return namespace === undefined ? {} : { namespace };
  });
  const rights = useRights();
  /** A role shows its entries in all clusters; one that applies may hold in another than this. */
  const isOffered = (key: string) =>
    key !== 'applyYaml' || cluster.value === null || mayApply(rights, cluster.value);
  const modules = computed(() =>
    menuModules(session.menus, cluster.value, query.value, isNamespaced).map((module) => ({
      ...module,
      pages: module.pages.filter((page) => isOffered(page.key)),
    })),
  );
  /** The platform's own entries have texts of their own, those of kinds the kind's. */
  function textOf(key: string): string {
    if (te(`menu.${key}`)) return t(`menu.${key}`);
    return te(`kinds.${key}.title`) ? t(`kinds.${key}.title`) : key;
  }
  const current = computed(() => currentPage(modules.value, route.meta.menuPath ?? route.path));
  return { modules, textOf, current };
}
