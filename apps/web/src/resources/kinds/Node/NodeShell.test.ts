import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { h } from 'vue';
import { useSession } from '../../../api/session.ts';
import { answer, asked, forget, tell } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import ResourceDetailPage from '../../detail/ResourceDetailPage.vue';
import { resourceRoutes } from '../../routes.ts';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../components/Terminal/ShellTerminal.vue', () => ({
  default: { setup: () => () => h('div', { class: 'terminal' }) },
}));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'u-1' }, spec: {}, status: {} };

async function open(nodeShells: boolean, right: string) {
  const { page, text } = await mountPage(ResourceDetailPage, {
    at: '/clusters/berlin/core/nodes/_/n1?tab=shell',
    routes: [{ path: '/clusters/:cluster', children: resourceRoutes }],
    props: { cluster: 'berlin', group: 'core', plural: 'nodes', name: 'n1' },
  });
  close = () => page.unmount();
  answer(endpoints.me, () => ({
    user: { id: 'u', username: 'li' },
    menus: [],
    nodeShells,
    roles: [{ name: 'r', policies: [{ object: right, action: 'create' }] }],
    grants: [{ role: 'r', domain: 'cluster:berlin' }],
  }));
  await useSession().reload();
  await tell(asked(endpoints.getResource), { type: 'snapshot', data: { object: node, state: 'live' } });
  await vi.dynamicImportSettled();
  await flushPromises();
  return { page, text, tabs: () => page.findAll('[role="tab"]').map((tab) => tab.text()) };
}

test.each([
  [false, 'k8s/core/nodes/shell'],
  [true, 'k8s/core/pods/exec'],
])('no shell on a node without both the setting and the right (%s, %s)', async (setting, right) => {
  expect((await open(setting, right)).tabs()).not.toContain('Shell');
});

test('a shell on a node is opened by a word, not by a look at its tab', async () => {
  const { page, text, tabs } = await open(true, 'k8s/core/nodes/shell');
  expect(tabs()).toContain('Shell');
  await vi.waitUntil(() => text().includes('A shell on n1, as root'), { timeout: 10_000 });
  expect(page.find('.terminal').exists()).toBe(false);
  const button = page.findAll('button').find((each) => each.text() === 'Open a shell on this node');
  await button?.trigger('click');
  expect(page.find('.terminal').exists()).toBe(true);
});
