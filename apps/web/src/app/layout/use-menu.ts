import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { useSession } from '../../api/session.ts';
import { useClusterName, useUnknownCluster } from '../../api/use-cluster.ts';
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
  const modules = computed(() => menuModules(session.menus, cluster.value, route.query, isNamespaced));
  /** The platform's own entries have texts of their own, those of kinds the kind's. */
  function textOf(key: string): string {
    if (te(`menu.${key}`)) return t(`menu.${key}`);
    return te(`kinds.${key}.title`) ? t(`kinds.${key}.title`) : key;
  }
  return { modules, textOf, current: computed(() => currentPage(modules.value, route.path)) };
}
