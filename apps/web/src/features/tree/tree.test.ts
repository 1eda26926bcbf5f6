import { CompiledGrants, noTree, type endpoints, type OutputOf } from '@pilothouse/contract';
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { reactive, ref, type Component } from 'vue';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import { call } from '../../api/call.ts';
import type { TreeNode } from '../../api/service-tree.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import { branchesOf } from '../../components/tree-branches.ts';
import { openConfirmation } from '../../components/confirm.ts';
import { matching } from './tree.ts';
import TreeMove from './TreeMove.vue';
import TreeNodePanel from './TreeNodePanel.vue';
import TreePage from './TreePage.vue';

vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
const session = vi.hoisted(() => ({}) as Record<string, unknown>);
vi.mock('../../api/session.ts', () => ({ useSession: () => session }));
const live = vi.hoisted(() => ({}) as { tree: OutputOf<typeof endpoints.listTree> });
vi.mock('../../api/use-live.ts', () => ({
  useLive: () => ({ data: ref(live.tree), error: ref(null), isPending: ref(false) }),
}));

const levels = ['company', 'department', 'project', 'application'];
const node = (path: string, displayName?: string): TreeNode => {
  const names = path.split('.');
  return {
    id: path,
    parentId: names.length === 1 ? null : names.slice(0, -1).join('.'),
    name: names.at(-1) ?? '',
    displayName: displayName ?? names.at(-1) ?? '',
    description: '',
    path,
    level: names.length - 1,
    createdAt: '2026-11-01T10:00:00Z',
  };
};
const nodes = ['acme', 'acme.games', 'acme.games.shop', 'acme.tools'].map((path) => node(path));
const [, games, shop] = nodes as [TreeNode, TreeNode, TreeNode];
let answers: Record<string, unknown> = {};

/** Signs in with these rights, at a node or everywhere. */
function may(policies: { object: string; action: string }[], domain = '*') {
  const own = { roles: [{ name: 'r', policies }], grants: [{ role: 'r', domain }] };
  Object.defineProperty(session, 'rights', {
    get: () => new CompiledGrants(own, (session['tree'] as typeof noTree | undefined) ?? noTree),
    configurable: true,
  });
}

async function show(component: Component, props: Record<string, unknown> = {}) {
  const page = { render: () => null };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/tree/:node?', name: 'serviceTree', component: page },
      { path: '/grants', name: 'grants', component: page },
      { path: '/rights', name: 'rights', component: page },
      { path: '/projects/:project', name: 'project', component: page },
      { path: '/projects/:project/new-application', name: 'newApplication', component: page },
      { path: '/applications/:application', name: 'application', component: page },
    ],
  });
  await router.push('/tree');
  const wrapper = mount(component, {
    props,
    attachTo: document.body,
    global: {
      plugins: [
        createPinia(),
        createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }),
        router,
        [VueQueryPlugin, { queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }) }],
      ],
    },
  });
  await flushPromises();
  const buttons = () =>
    [...document.querySelectorAll('button')].map((each) => each.textContent?.trim() ?? '');
  return { wrapper, router, buttons, text: () => document.body.textContent ?? '' };
}

beforeEach(() => {
  document.body.innerHTML = '';
  openConfirmation.value = null;
  Object.assign(session, reactive({ state: 'signedIn', tree: noTree }));
  live.tree = { levels, nodes };
  may([{ object: '**', action: 'All' }]);
  answers = {
    'tree.get': { ...shop, owners: [] },
    'grants.list': { items: [], total: 0, page: 1, pageSize: 100 },
  };
  vi.mocked(call).mockReset();
  vi.mocked(call).mockImplementation(
    (endpoint: { id: string }) => Promise.resolve(answers[endpoint.id]) as never,
  );
});

describe('nodes', () => {
  test('are nested; one whose parent may not be seen stands at the top', () => {
    expect(branchesOf([games, shop])).toMatchObject([
      { key: 'acme.games', children: [{ key: 'acme.games.shop' }] },
    ]);
  });

  test('are found by path and by what they are called, with the way to them and what is below', () => {
    const paths = (text: string) =>
      matching([...nodes, node('acme.games.chat', 'Gespräch')], text).map(({ path }) => path);
    expect(paths('gespr')).toEqual(['acme', 'acme.games', 'acme.games.chat']);
    expect(paths('games')).toEqual(['acme', 'acme.games', 'acme.games.shop', 'acme.games.chat']);
    expect(paths('nothing')).toEqual([]);
  });
});

test('an empty tree says how to begin to whoever may, and to others that nothing is theirs', async () => {
  live.tree = { levels, nodes: [] };
  expect((await show(TreePage)).text()).toContain('Begin with the company');
  document.body.innerHTML = '';
  may([{ object: 'k8s/core/pods', action: 'get' }]);
  const { text, buttons } = await show(TreePage);
  expect(text()).toContain('Nothing in it is granted to you');
  expect(buttons()).not.toContain('Create at the top');
});

test('what a grant on a node allows is offered there and below, and nowhere else', async () => {
  may([{ object: '/tree/{node}', action: 'PATCH' }], 'tree:acme.games');
  const { buttons } = await show(TreePage, { node: 'acme.games.shop' });
  expect(buttons()).toContain('Edit');
  expect(buttons()).not.toContain('Delete');
  document.body.innerHTML = '';
  expect((await show(TreePage, { node: 'acme.tools' })).buttons()).not.toContain('Edit');
});

test('a project and an application lead to their pages, and an application is made by its own form', async () => {
  const press = async (at: TreeNode, name: string) => {
    document.body.innerHTML = '';
    const { router, buttons } = await show(TreeNodePanel, { node: at, nodes: [...nodes, at], levels });
    const button = [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === name);
    button?.click();
    await flushPromises();
    return { at: router.currentRoute.value.fullPath, buttons: buttons() };
  };
  expect((await press(shop, 'Open project')).at).toBe('/projects/acme.games.shop');
  expect((await press(shop, 'Create application')).at).toBe('/projects/acme.games.shop/new-application');
  const cart = node('acme.games.shop.cart');
  expect((await press(cart, 'Open application')).at).toBe('/applications/acme.games.shop.cart');
  expect((await press(games, 'Create project')).at).toBe('/tree');
  may([{ object: '/tree/{node}', action: 'GET' }]);
  expect((await press(shop, 'Open project')).buttons).not.toContain('Create application');
});

test('owners say where they were named; a node in use cannot be deleted, and says why', async () => {
  answers['tree.get'] = {
    ...games,
    owners: [
      {
        ownership: 'operations',
        subject: { kind: 'user', name: 'ann', displayName: 'Ann' },
        from: { id: 'acme', path: 'acme' },
      },
    ],
  };
  const { text } = await show(TreeNodePanel, { node: games, nodes, levels });
  expect(text()).toContain('from acme');
  const remove = [...document.querySelectorAll('button')].find(
    (each) => each.textContent?.trim() === 'Delete',
  );
  expect([remove?.disabled, remove?.title]).toEqual([true, 'A node is still below it.']);
});

test('a move shows who gains and loses before it is done', async () => {
  const held = (name: string, path: string) => ({
    subject: { kind: 'user', name, displayName: name.toUpperCase() },
    role: 'operator',
    from: { id: path, path },
  });
  answers['tree.planMove'] = {
    path: 'acme.tools.shop',
    below: 2,
    gains: [held('fay', 'acme.tools')],
    loses: [held('eva', 'acme.games')],
  };
  const { wrapper, text } = await show(TreeMove, { node: shop });
  expect(vi.mocked(call).mock.calls.filter(([{ id }]) => id === 'tree.planMove')).toEqual([]);
  wrapper.findComponent({ name: 'ATreeSelect' }).vm.$emit('change', 'acme.tools');
  await flushPromises();
  await vi.waitFor(() => expect(text()).toContain('acme.tools.shop; 2 nodes below it'));
  expect(text()).toMatch(/Gain.*FAY.*Lose.*EVA/s);
  wrapper.findComponent({ name: 'AModal' }).vm.$emit('ok');
  await flushPromises();
  expect(vi.mocked(call).mock.calls.at(-1)).toEqual([
    expect.objectContaining({ id: 'tree.move' }),
    { params: { node: 'acme.games.shop' }, body: { parent: 'acme.tools' } },
  ]);
  expect(wrapper.emitted('moved')).toHaveLength(1);
});
