import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asked, forget, snapshotOf, tell } from '../testing/fake-api.ts';
import { mountPage } from '../testing/mount-page.ts';
import SideMenu from './SideMenu.vue';

vi.mock('../../api/call.ts', () => import('../testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../testing/fake-api.ts'));

const leaf = (key: string, path: string) => ({ key, path, icon: '', children: [] });
const menus = [
  {
    key: 'clusters',
    path: null,
    icon: 'cluster',
    children: [leaf('clusterList', '/clusters'), leaf('nodes', '/clusters/:cluster/core/nodes')],
  },
];
const routes = ['/clusters', '/clusters/:cluster', '/clusters/:cluster/core/nodes'].map((path) => ({
  path,
  component: { render: () => null },
}));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

test('pages of a cluster are those of the cluster in the address, and of no other', async () => {
  const { page, router } = await mountPage(SideMenu, { at: '/clusters', routes, menus });
  close = () => page.unmount();
  const links = () => page.findAll('a').map((link) => link.attributes('href'));
  expect(links()).toEqual(['/clusters']);
  // nothing jumps when the clusters become known
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'berlin' }, { name: 'rome' }]));
  expect(links()).toEqual(['/clusters']);
  await router.push('/clusters/rome');
  expect(links()).toEqual(['/clusters', '/clusters/rome/core/nodes']);
  await router.push('/clusters/nowhere');
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'berlin' }, { name: 'rome' }]));
  expect(links()).toEqual(['/clusters']);
});

test('the chosen namespaces wait on pages that have none, for the way back', async () => {
  const lists = ['nodes', 'pods', 'services'].map((plural) => ({
    path: `/clusters/:cluster/core/${plural}`,
    component: { render: () => null },
    meta: { namespaced: () => plural !== 'nodes' },
  }));
  const entries = ['nodes', 'pods', 'services'].map((key) => leaf(key, `/clusters/:cluster/core/${key}`));
  const { page, router } = await mountPage(SideMenu, {
    at: '/clusters/rome/core/pods?namespace=a&namespace=b',
    routes: [...routes.slice(0, 2), ...lists],
    menus: [{ key: 'clusters', path: null, icon: 'cluster', children: entries }],
  });
  close = () => page.unmount();
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'berlin' }, { name: 'rome' }]));
  const links = () => page.findAll('a').map((link) => link.attributes('href'));
  const withBoth = [
    '/clusters/rome/core/nodes',
    '/clusters/rome/core/pods?namespace=a&namespace=b',
    '/clusters/rome/core/services?namespace=a&namespace=b',
  ];
  expect(links()).toEqual(withBoth);
  await router.push('/clusters/rome/core/nodes');
  expect(links()).toEqual(withBoth);
  await router.push('/clusters/berlin/core/nodes');
  expect(links()).toContain('/clusters/berlin/core/pods');
  await router.push('/clusters/rome');
  expect(links()).toEqual(withBoth);
  // all of them were chosen
  await router.push('/clusters/rome/core/services');
  await router.push('/clusters/rome/core/nodes');
  expect(links()).toContain('/clusters/rome/core/pods');
});

test('applying is in the menu of a cluster in which it can serve', async () => {
  const entries = [
    leaf('nodes', '/clusters/:cluster/core/nodes'),
    leaf('applyYaml', '/clusters/:cluster/apply'),
  ];
  const { page, router } = await mountPage(SideMenu, {
    at: '/clusters/rome',
    routes: [...routes, { path: '/clusters/:cluster/apply', component: { render: () => null } }],
    menus: [{ key: 'clusters', path: null, icon: 'cluster', children: entries }],
    rights: [
      ['k8s/**', 'list', 'cluster:rome'],
      ['k8s/**', 'All', 'cluster:berlin/shop'],
    ],
  });
  close = () => page.unmount();
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'berlin' }, { name: 'rome' }]));
  const links = () => page.findAll('a').map((link) => link.attributes('href'));
  expect(links()).toEqual(['/clusters/rome/core/nodes']);
  await router.push('/clusters/berlin');
  expect(links()).toEqual(['/clusters/berlin/core/nodes', '/clusters/berlin/apply']);
});
