import { resourceRight } from '@pilothouse/contract';
import type { RouteLocationNormalized, RouteRecordRaw } from 'vue-router';

const list = () => import('./ResourceListPage.vue');
const detail = () => import('./detail/ResourceDetailPage.vue');

const text = (value: string | string[] | undefined) =>
  Array.isArray(value) ? (value[0] ?? '') : (value ?? '');

function fixed(group: string, plural: string) {
  return (route: RouteLocationNormalized) => ({ ...route.params, group, plural });
}

/** The right to list what a route shows, at least somewhere in the cluster. */
function mayList(group: string, plural: string) {
  return (route: RouteLocationNormalized) => [
    {
      ...resourceRight({ cluster: text(route.params.cluster), group, plural }, 'list'),
      match: 'narrows' as const,
    },
  ];
}

/** The rights to follow pods' logs, at least somewhere in the cluster. */
function readsLogs(route: RouteLocationNormalized) {
  const pods = { cluster: text(route.params.cluster), group: 'core', plural: 'pods' };
  return [resourceRight(pods, 'get', 'log'), resourceRight(pods, 'list')].map((right) => ({
    ...right,
    match: 'narrows' as const,
  }));
}

/** Pages of Kubernetes objects, as children of `/clusters/:cluster`. */
export const resourceRoutes: RouteRecordRaw[] = [
  {
    path: 'nodes',
    name: 'nodes',
    component: list,
    props: fixed('core', 'nodes'),
    meta: { title: 'kind.nodes', requires: mayList('core', 'nodes') },
  },
  {
    path: 'nodes/:name',
    name: 'node',
    component: detail,
    props: fixed('core', 'nodes'),
    meta: { title: 'kind.nodes' },
  },
  {
    path: 'pods',
    name: 'pods',
    component: list,
    props: fixed('core', 'pods'),
    meta: { title: 'kind.pods', namespaced: true, requires: mayList('core', 'pods') },
  },
  {
    path: 'pods/:namespace/:name',
    name: 'pod',
    component: detail,
    props: fixed('core', 'pods'),
    meta: { title: 'kind.pods' },
  },
  {
    path: 'pods/logs',
    name: 'logs',
    component: () => import('./logs/PodsLogPage.vue'),
    props: true,
    meta: { title: 'log.many', requires: readsLogs },
  },
  {
    path: ':group/:plural',
    name: 'resources',
    component: list,
    props: true,
    meta: { title: 'kind.resources', namespaced: true },
  },
  {
    path: ':group/:plural/:namespace/:name',
    name: 'resource',
    component: detail,
    props: true,
    meta: { title: 'kind.resources' },
  },
];
