import { endpoints } from '@pilothouse/contract';
import { kinds } from '@pilothouse/kinds';
import type { RouteLocationNormalized, RouteRecordRaw } from 'vue-router';
import { inPart, requirementsOf } from '../api/rights.ts';
import { isNamespaced } from './kind-scope.ts';
import { logsRoute } from './logs/logs-route.ts';
import { detailLocation, listLocation, type ResourceRef } from './resource-location.ts';

const text = (value: string | string[] | undefined) =>
  Array.isArray(value) ? (value[0] ?? '') : (value ?? '');

function refOf({ params }: Pick<RouteLocationNormalized, 'params'>): ResourceRef {
  return { cluster: text(params.cluster), group: text(params.group), plural: text(params.plural) };
}

/** `_` stands where an object has no namespace. */
function placeOf({ params }: Pick<RouteLocationNormalized, 'params'>) {
  const namespace = text(params.namespace);
  return { name: text(params.name), ...(namespace === '_' || namespace === '' ? {} : { namespace }) };
}

/** What a new object begins with, as the address says: a namespace, or another object (`namespace/name`). */
function modelOf({ query }: Pick<RouteLocationNormalized, 'query'>) {
  const [, place, name] = /^([^/]+)\/([^/]+)$/.exec(String(query['copy'] ?? '')) ?? [];
  const namespaces = [query['namespace']].flat();
  return {
    namespace: namespaces.length === 1 && namespaces[0] ? String(namespaces[0]) : null,
    copy: place === undefined || name === undefined ? null : { namespace: place, name },
  };
}

/** A key of the catalogue, or what the cluster calls a kind that nobody has described. */
function title(route: RouteLocationNormalized): string {
  const { group, plural } = refOf(route);
  return kinds.has(`${group}/${plural}`) ? `kinds.${plural}.title` : plural;
}

/** `/clusters/c/pods` for `/clusters/c/core/pods`, as people type it. */
const shortAddresses = [...kinds.values()]
  .filter(({ group }) => group === 'core')
  .flatMap(({ group, plural, namespaced }): RouteRecordRaw[] => [
    { path: plural, redirect: (to) => listLocation({ ...refOf(to), group, plural }, to.query) },
    {
      path: `${plural}/${namespaced === true ? ':namespace/' : ''}:name`,
      redirect: (to) => detailLocation({ ...refOf(to), group, plural }, placeOf(to), to.query),
    },
  ]);

/** Pages of Kubernetes objects, as children of `/clusters/:cluster`. */
export const resourceRoutes: RouteRecordRaw[] = [
  logsRoute,
  ...shortAddresses,
  {
    path: ':group/:plural',
    name: 'resources',
    component: () => import('./ResourceListPage.vue'),
    props: true,
    meta: {
      title,
      namespaced: ({ params }) => isNamespaced(text(params.group), text(params.plural)),
      // the right to list, at least somewhere in the cluster
      requires: (route) => requirementsOf(endpoints.listResources, { params: refOf(route) }),
    },
  },
  {
    path: ':group/:plural/new',
    name: 'create-resource',
    component: () => import('./edit/ObjectCreatePage.vue'),
    props: (route) => ({ ...refOf(route), ...modelOf(route) }),
    meta: {
      title,
      // the right to create, at least somewhere in the cluster
      requires: (route) =>
        inPart(requirementsOf(endpoints.createResource, { params: { ...refOf(route), namespace: '_' } })),
    },
  },
  {
    path: ':group/:plural/:namespace/:name/edit',
    name: 'edit-resource',
    component: () => import('./edit/ObjectEditPage.vue'),
    props: (route) => ({ ...refOf(route), ...placeOf(route) }),
    meta: {
      title,
      requires: (route) =>
        requirementsOf(endpoints.patchResource, {
          params: { ...refOf(route), ...placeOf(route), namespace: text(route.params.namespace) },
          body: { type: 'merge' },
        }),
    },
  },
  {
    path: ':group/:plural/:namespace/:name/history/:entry/restore',
    name: 'restore-resource',
    component: () => import('./history/RestorePage.vue'),
    props: (route) => ({
      ...refOf(route),
      ...placeOf(route),
      entry: text(route.params.entry),
      image: route.query['image'] === 'before' ? 'before' : 'after',
    }),
    meta: {
      title,
      // whether it is written as a change or anew is known once it is read
      requires: (route) =>
        requirementsOf(endpoints.getHistoryEntry, {
          params: { ...refOf(route), namespace: text(route.params.namespace) },
        }),
    },
  },
  {
    path: ':group/:plural/:namespace/:name',
    name: 'resource',
    component: () => import('./detail/ResourceDetailPage.vue'),
    props: (route) => ({ ...refOf(route), ...placeOf(route) }),
    meta: { title },
  },
];
