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
