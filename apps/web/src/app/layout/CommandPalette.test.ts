import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answer, asked, calls, forget, snapshotOf, tell } from '../testing/fake-api.ts';
import { mountPage } from '../testing/mount-page.ts';
import CommandPalette from './CommandPalette.vue';

vi.mock('../../api/call.ts', () => import('../testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../testing/fake-api.ts'));

const routes = [
  { path: '/clusters/:cluster', name: 'cluster', component: { render: () => null } },
  { path: '/clusters/:cluster/:group/:plural', name: 'resources', component: { render: () => null } },
  {
    path: '/clusters/:cluster/:group/:plural/:namespace/:name',
    name: 'resource',
    component: { render: () => null },
  },
];
const cluster = (name: string) => ({
  id: name,
  name,
  displayName: '',
  environment: 'other',
  health: { state: 'reachable' },
});
const found = (of: string, names: string[], more = false) => ({
  cluster: of,
  group: 'core',
  plural: 'pods',
  kind: 'Pod',
  items: names.map((name) => ({ namespace: 'shop', name })),
  more,
});

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  forget();
  document.body.innerHTML = '';
});

async function openPalette() {
  const { router, text } = await mountPage(CommandPalette, { at: '/clusters/demo', routes });
  await tell(asked(endpoints.listClusters), snapshotOf([cluster('demo'), cluster('far')]));
  await vi.advanceTimersByTimeAsync(50);
  const input = document.querySelector<HTMLInputElement>('.palette-modal input')!;
  const settle = async () => {
    await vi.advanceTimersByTimeAsync(300);
    await flushPromises();
  };
  return {
    router,
    text,
    async type(needle: string) {
      input.value = needle;
      input.dispatchEvent(new Event('input'));
      await settle();
    },
    async press(key: string) {
      input.dispatchEvent(
        new KeyboardEvent('keydown', { key, code: key, keyCode: key === 'Enter' ? 13 : 0 }),
      );
      await settle();
    },
    chosen: () => document.querySelector('[aria-selected="true"] .text')?.textContent,
  };
}
const searches = () =>
  calls.filter(({ endpoint }) => endpoint === 'search.objects').map(({ input }) => input.query);

test('objects of the lists that are held are there while one types, and Enter goes to the first', async () => {
  answer(endpoints.searchObjects, () => ({
    found: [found('demo', ['web-1', 'web-2'], true)],
    more: false,
    unsearched: [],
  }));
  const palette = await openPalette();
  expect(document.querySelector('[role=dialog]')?.getAttribute('aria-label')).toMatch(/^Go to/);
  await palette.type('w');
  expect(searches()).toEqual([]);
  await palette.type('web');
  expect(searches()).toEqual([{ q: 'web' }]);
  expect(palette.text()).toContain('Pods· demo');
  expect(palette.chosen()).toBe('web-1');
  await palette.press('ArrowDown');
  expect(palette.chosen()).toBe('web-2');
  await palette.press('ArrowDown');
  expect(palette.chosen()).toBe('Show all of them in the list');
  await palette.press('Enter');
  expect(palette.router.currentRoute.value.fullPath).toBe('/clusters/demo/core/pods?q=web');
});

test('where nothing is held Enter asks the cluster, and Enter again opens what it has', async () => {
  answer(endpoints.searchObjects, ({ query }) => ({
    found: (query as { from?: string }).from === 'clusters' ? [found('demo', ['web-1'])] : [],
    more: false,
    unsearched: [],
  }));
  const palette = await openPalette();
  await palette.type('web-1');
  expect(palette.chosen()).toBe('Look for “web-1” in cluster demo');
  await palette.press('Enter');
  expect(searches().at(-1)).toEqual({ q: 'web-1', from: 'clusters', cluster: 'demo' });
  expect(palette.chosen()).toBe('web-1');
  await palette.press('Enter');
  expect(palette.router.currentRoute.value.fullPath).toBe('/clusters/demo/core/pods/shop/web-1');
});

test('what was not found, and what was not searched, is said; the other clusters are still there to ask', async () => {
  answer(endpoints.searchObjects, () => ({
    found: [],
    more: false,
    unsearched: [
      {
        cluster: 'demo',
        kinds: ['core/pods'],
        error: { code: 'clusterBusy', message: '', params: { seconds: 1 } },
      },
    ],
  }));
  const palette = await openPalette();
  await palette.type('web-1');
  await palette.press('Enter');
  expect(palette.text()).toContain('No object you may list in demo is named “web-1”');
  expect(palette.text()).toContain('demo: 1 kind was not searched');
  expect(palette.chosen()).toBe('Look for “web-1” in all clusters');
  await palette.press('Enter');
  expect(searches().at(-1)).toEqual({ q: 'web-1', from: 'clusters' });
  await palette.type('no name!');
  expect(palette.text()).toContain('Nothing by that name');
});
