import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asked, forget, tell } from '../../../app/testing/fake-api.ts';
import { mountPage, type GivenRight } from '../../../app/testing/mount-page.ts';
import ResourceDetailPage from '../../detail/ResourceDetailPage.vue';
import { resourceRoutes } from '../../routes.ts';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

test('a namespace is called by its name alone, and leads to what is in it, as far as one may', async () => {
  const rights: GivenRight[] = [
    ['k8s/core/namespaces', 'get'],
    ['k8s/core/pods', 'list', 'cluster:berlin/shop'],
    ['k8s/core/services', 'list', 'cluster:berlin/other'],
  ];
  const { page, text } = await mountPage(ResourceDetailPage, {
    at: '/clusters/berlin/core/namespaces/_/shop',
    routes: [{ path: '/clusters/:cluster', children: resourceRoutes }],
    props: { cluster: 'berlin', group: 'core', plural: 'namespaces', name: 'shop' },
    rights,
  });
  close = () => page.unmount();
  const object = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
    status: { phase: 'Active' },
  };
  await tell(asked(endpoints.getResource), { type: 'snapshot', data: { object, state: 'live' } });
  await vi.waitUntil(() => page.find('[data-tile]').exists());
  expect(page.get('h1').text()).toBe('shop');
  expect(text()).not.toMatch(/·\s*_/);
  expect(page.findAll('[data-tile]').map((tile) => tile.attributes('href'))).toEqual([
    '/clusters/berlin/core/pods?namespace=shop',
  ]);
});
