import {
  createMemoryHistory,
  createRouter,
  type RouteLocationNormalized,
  type RouteLocationRaw,
  type RouteRecordRaw,
} from 'vue-router';
import { expect, test } from 'vitest';
import type { Rights } from '../api/rights.ts';
import { isNamespaced, noteClusterScoped } from './kind-scope.ts';
import { detailLocation } from './resource-location.ts';
import { resourceRoutes } from './routes.ts';

const frame = { template: '<div />' };
const children = resourceRoutes.map((route) => (route.redirect ? route : { ...route, component: frame }));
const routes = [{ path: '/clusters/:cluster', component: frame, children: children as RouteRecordRaw[] }];
const router = createRouter({ history: createMemoryHistory(), routes });
const resolved = (to: RouteLocationRaw) => router.resolve(to) as RouteLocationNormalized;
const picks = (path: string) => {
  const route = router.resolve(path);
  return route.meta.namespaced?.(route) ?? false;
};

test.each([
  ['/clusters/c/core/pods', true],
  ['/clusters/c/apps/deployments', true],
  ['/clusters/c/core/nodes', false],
  ['/clusters/c/core/namespaces', false],
  ['/clusters/c/core/pods/demo/web-1', false],
])('%s lets choose namespaces: %s', (path, expected) => {
  expect(picks(path)).toBe(expected);
});

test('a kind that nobody has described may live in namespaces until it is seen not to', () => {
  expect(picks('/clusters/c/example.com/planets')).toBe(true);
  noteClusterScoped('example.com', 'planets');
  expect(picks('/clusters/c/example.com/planets')).toBe(false);
  expect(isNamespaced('example.com', 'moons')).toBe(true);
});

test('rights to list are asked of the kind in the address', () => {
  const route = resolved('/clusters/c/apps/deployments');
  expect(route.meta.requires?.(route, {} as Rights)).toEqual([
    {
      domain: { kind: 'cluster', cluster: 'c' },
      object: 'k8s/apps/deployments',
      action: 'list',
      match: 'narrows',
    },
  ]);
});

test('titles are the kind’s, or what the cluster calls it', () => {
  const titleOf = (path: string) => {
    const route = resolved(path);
    return typeof route.meta.title === 'function' ? route.meta.title(route) : route.meta.title;
  };
  expect(titleOf('/clusters/c/core/services')).toBe('kinds.services.title');
  expect(titleOf('/clusters/c/metrics.k8s.io/pods')).toBe('pods');
});

test('short addresses of the core kinds lead to their pages, with what they ask for', async () => {
  await router.push('/clusters/c/pods?namespace=demo');
  expect(router.currentRoute.value.fullPath).toBe('/clusters/c/core/pods?namespace=demo');
  await router.push('/clusters/c/pods/demo/web-1?tab=logs');
  expect(router.currentRoute.value.fullPath).toBe('/clusters/c/core/pods/demo/web-1?tab=logs');
  await router.push('/clusters/c/nodes/n1');
  expect(router.currentRoute.value.fullPath).toBe('/clusters/c/core/nodes/_/n1');
});

test('an object’s page gets no namespace where there is none', () => {
  const nodes = { cluster: 'c', group: 'core', plural: 'nodes' };
  const route = resolved(detailLocation(nodes, { name: 'n1' }));
  const props = route.matched.at(-1)?.props as { default: (to: typeof route) => object };
  expect(props.default(route)).toEqual({ ...nodes, name: 'n1' });
});
