import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answer, asked, calls, forget } from '../app/testing/fake-api.ts';
import { mountPage } from '../app/testing/mount-page.ts';
import ResourceListPage from './ResourceListPage.vue';
import { resourceRoutes } from './routes.ts';

vi.mock('../api/call.ts', () => import('../app/testing/fake-api.ts'));
vi.mock('../api/live.ts', () => import('../app/testing/fake-api.ts'));

const zone = 'topology.kubernetes.io/zone';
const groupOf = (value: string | null, count: number, used: number) => ({
  value,
  count,
  states: { Ready: count - 1, NotReady: 1 },
  sums: {
    pods: { sum: 12, known: count },
    podsAllocatable: { sum: 110, known: count },
    cpuAllocatable: { sum: 4000, known: count },
    cpuRequests: { sum: 1000, known: count },
    cpuUsage: { sum: 400, known: used },
  },
});
let close = () => undefined as void;
beforeEach(() => {
  forget();
  answer(endpoints.groupResources, () => ({
    labels: ['tier', zone],
    groups: [groupOf('a', 3, 3), groupOf(null, 2, 1)],
    truncated: false,
    asOf: new Date().toISOString(),
    state: 'live',
  }));
});
afterEach(() => close());

async function open(plural: string, query = '') {
  const { page, router } = await mountPage(ResourceListPage, {
    at: `/clusters/berlin/core/${plural}${query}`,
    routes: [{ path: '/clusters/:cluster', children: resourceRoutes }],
    props: { cluster: 'berlin', group: 'core', plural },
  });
  close = () => page.unmount();
  const asks = () =>
    calls.filter(({ endpoint }) => endpoint === 'resources.groups').map(({ input }) => input.query);
  return { page, router, asks };
}

test('nodes by a label: number, status and sums of each value; a click narrows the list to one', async () => {
  const { page, router, asks } = await open('nodes', `?groupBy=${zone}&labelSelector=tier%3Dweb`);
  expect(asks()).toEqual([{ by: zone, labelSelector: 'tier=web' }]);
  const rows = page.findAll('.groups tbody tr').map((row) => row.text().replace(/\s+/g, ' '));
  expect(rows[0]).toMatch(/^a ?3 ?Ready 2 ?NotReady 1 ?12\/110/);
  expect(rows[1]).toContain('without this label');
  // requested of allocatable; use of one of two nodes is no figure
  const bars = page.findAll('.groups [role="img"]').map((bar) => bar.attributes('aria-label'));
  expect(bars[0]).toContain('used 400m (10%)');
  expect(bars[1]).toContain('usage not measured');

  await page.get('.groups tbody button').trigger('click');
  await flushPromises();
  expect(router.currentRoute.value.query['labelSelector']).toBe(`tier=web,${zone}=a`);
  expect(asked(endpoints.listResources).question.query).toMatchObject({
    labelSelector: `tier=web,${zone}=a`,
  });
  // the other groups are still there to go to
  expect(page.findAll('.groups tbody tr')).toHaveLength(2);
  expect(asks().at(-1)).toEqual({ by: zone, labelSelector: 'tier=web' });
  expect(page.get('.groups tbody button').attributes('aria-pressed')).toBe('true');

  await page.get('.groups tbody button').trigger('click');
  await flushPromises();
  expect(router.currentRoute.value.query['labelSelector']).toBe('tier=web');
});

test('nobody is asked for groups until somebody wants some, and never of kinds that are not grouped', async () => {
  const nodes = await open('nodes');
  expect(nodes.page.find('.group-by').exists()).toBe(true);
  expect(nodes.asks()).toEqual([]);
  close();
  const pods = await open('pods', `?groupBy=${zone}`);
  expect(pods.page.find('.group-by').exists()).toBe(false);
  expect(pods.asks()).toEqual([]);
});
