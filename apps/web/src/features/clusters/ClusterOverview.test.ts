import { endpoints } from '@pilothouse/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { asked, forget, snapshotOf, tell } from '../../app/testing/fake-api.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import { resourceRoutes } from '../../resources/routes.ts';
import ClusterOverview from './ClusterOverview.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));
afterEach(forget);

const cluster = {
  id: 'c',
  name: 'limited',
  displayName: '',
  description: '',
  environment: 'other',
  health: { state: 'healthy', lastProbe: null },
  context: 'limited',
  server: null,
  namespace: 'shop',
  source: 'pasted',
  timeoutMs: 1000,
  createdAt: '2026-01-01T00:00:00Z',
};
const refused = { code: 'clusterForbidden', message: '', params: { message: 'it is forbidden' } };

test('a credential limited to a namespace counts what is there, and says what it may not count', async () => {
  const { page } = await mountPage(ClusterOverview, {
    at: '/clusters/limited',
    routes: [
      { path: '/clusters/:cluster', component: { render: () => null } },
      { path: '/clusters/:cluster', children: resourceRoutes },
    ],
    props: { cluster },
  });
  await tell(asked(endpoints.listClusters), snapshotOf([cluster]));
  const listOf = (plural: string, pageSize: number) =>
    asked(
      endpoints.listResources,
      ({ params, query }) => params?.['plural'] === plural && query?.['pageSize'] === pageSize,
    );
  await tell(listOf('namespaces', 500), { type: 'error', error: refused });
  expect(listOf('pods', 1).question.query).toMatchObject({ namespace: ['shop'] });
  await tell(listOf('pods', 1), snapshotOf([], { total: 3 }));
  await tell(listOf('nodes', 1), { type: 'error', error: refused });
  const tile = (key: string) => page.find(`[data-tile="${key}"]`);
  expect(tile('core/pods').text()).toBe('Pods3');
  expect(tile('core/pods').attributes('href')).toBe('/clusters/limited/core/pods?namespace=shop');
  expect(tile('core/nodes').text()).toContain('it is forbidden');
  expect(page.text()).toContain('Counted in namespace shop alone.');
  // what happens there is refused: nothing of it is catching up
  await tell(listOf('events', 15), { type: 'error', error: refused });
  expect(page.find('[data-testid="cluster-events"] [data-testid="live-dot"]').exists()).toBe(false);
  page.unmount();
});
