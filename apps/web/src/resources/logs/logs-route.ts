import { resourceRight } from '@pilothouse/contract';
import type { RouteLocationNormalized, RouteRecordRaw } from 'vue-router';

/** The rights to follow pods' logs, at least somewhere in the cluster. */
function readsLogs({ params }: RouteLocationNormalized) {
  const pods = { cluster: String(params['cluster']), group: 'core', plural: 'pods' };
  return [resourceRight(pods, 'get', 'log'), resourceRight(pods, 'list')].map((right) => ({
    ...right,
    match: 'narrows' as const,
  }));
}

/** The page of several pods' logs, as a child of `/clusters/:cluster`. */
export const logsRoute: RouteRecordRaw = {
  path: 'pods/logs',
  name: 'logs',
  component: () => import('./PodsLogPage.vue'),
  props: true,
  meta: { title: 'log.many', requires: readsLogs },
};
