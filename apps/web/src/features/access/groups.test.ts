import { CompiledGrants, noTree, type endpoints, type OutputOf } from '@pilothouse/contract';
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Component } from 'vue';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import { openConfirmation } from '../../components/confirm.ts';
import CreateGrant from './CreateGrant.vue';
import GroupPage from './GroupPage.vue';
import GroupsPage from './GroupsPage.vue';

vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
const session = vi.hoisted(() => ({ rights: null as unknown, user: null, reload: vi.fn<() => void>() }));
vi.mock('../../api/session.ts', () => ({ useSession: () => session }));
vi.mock('../../api/clusters.ts', () => ({ useClusters: () => ({ clusters: [{ name: 'quay' }] }) }));

const createdAt = '2026-11-01T10:00:00Z';
const group: OutputOf<typeof endpoints.getGroup> = {
  id: 'g1',
  name: 'ops',
  displayName: 'Operations',
  members: 1,
  grants: 2,
  children: [],
  parents: [],
  createdAt,
};
const ann = {
  id: 'u1',
  username: 'ann',
  displayName: 'Ann',
  disabled: false,
  mustChangePassword: false,
  createdAt,
};
let answers: Record<string, unknown> = {};

/** What was sent to an endpoint, the last time. */
function sentTo(id: string): unknown {
  return vi.mocked(call).mock.calls.findLast(([endpoint]) => endpoint.id === id)?.[1];
}

/** Signs in with these rights everywhere. */
function may(...policies: { object: string; action: string }[]) {
  const own = { roles: [{ name: 'r', policies }], grants: [{ role: 'r', domain: '*' }] };
  session.rights = new CompiledGrants(own, noTree);
}

async function show(component: Component, props: Record<string, unknown> = {}) {
  const page = { render: () => null };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: ['groups', 'group', 'grants'].map((name) => ({
      path: name === 'group' ? '/groups/:name' : `/${name}`,
      name,
      component: page,
    })),
  });
  await router.push('/groups');
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = mount(component, {
    props,
    attachTo: document.body,
    global: {
      plugins: [
        createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }),
        router,
        [VueQueryPlugin, { queryClient }],
      ],
    },
  });
  await flushPromises();
  const text = () => document.body.textContent ?? '';
  const button = (label: string) =>
    [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === label);
  const click = async (label: string) => {
    button(label)?.click();
    await flushPromises();
  };
  return { wrapper, router, text, button, click };
}

beforeEach(() => {
  document.body.innerHTML = '';
  openConfirmation.value = null;
  session.reload.mockReset();
  may({ object: '**', action: 'All' });
  const page = (items: unknown[]) => ({ items, total: items.length, page: 1, pageSize: 50 });
  answers = {
    'groups.list': page([group]),
    'groups.get': group,
    'users.list': page([ann]),
    'roles.list': { items: [{ id: 'r1', name: 'viewer', builtIn: true, policies: [] }] },
  };
  vi.mocked(call).mockReset();
  vi.mocked(call).mockImplementation((endpoint: { id: string }) => {
    const answer = answers[endpoint.id];
    return (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)) as never;
  });
});

test('groups are listed; who may only read is offered nothing more', async () => {
  may({ object: '/groups', action: 'GET' });
  const { text, button } = await show(GroupsPage);
  expect(text()).toContain('Operations');
  expect(button('Create group')).toBeUndefined();
  expect(button('Delete')).toBeUndefined();
  expect(text()).not.toContain('Grants');
});

test('a group leads on to its members once it is made; a taken name is told at its field', async () => {
  const { router, text, click, button } = await show(GroupsPage);
  await click('Create group');
  const [name, displayName] = ['#group-name', '#group-display-name'].map((id) =>
    document.querySelector<HTMLInputElement>(id),
  );
  for (const [input, value] of [
    [name, 'dev'],
    [displayName, 'Developers'],
  ] as const) {
    if (input === null || input === undefined) throw new Error('no field');
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  answers['groups.create'] = new ApiError(409, {
    code: 'conflict',
    message: 'dev already exists',
    params: { what: 'dev' },
    field: 'body.name',
  });
  const submit = () => {
    [...document.querySelectorAll('.ant-modal button')]
      .find((each) => each.textContent?.trim() === 'Create group')
      ?.dispatchEvent(new Event('click', { bubbles: true }));
    return flushPromises();
  };
  await submit();
  expect(text()).toContain('dev already exists');
  answers['groups.create'] = { ...group, name: 'dev' };
  await submit();
  await vi.waitFor(() => expect(router.currentRoute.value.path).toBe('/groups/dev'));
  expect(sentTo('groups.create')).toEqual({ body: { name: 'dev', displayName: 'Developers' } });
  expect(button('Create group')).toBeDefined();
});

test('a member is taken out after the consequence was told; own rights are read again', async () => {
  const { text, click } = await show(GroupPage, { name: 'ops' });
  expect(text()).toContain('ann');
  expect(sentTo('users.list')).toMatchObject({ query: { group: 'ops' } });
  await click('Remove');
  expect(openConfirmation.value).toMatchObject({ title: 'Remove ann from ops?', objects: ['ann'] });
  await openConfirmation.value?.run();
  openConfirmation.value?.settle(true);
  await flushPromises();
  expect(sentTo('groups.removeMember')).toEqual({ params: { group: 'ops', user: 'ann' } });
  expect(session.reload).toHaveBeenCalled();
});

test('a group that is not there says so', async () => {
  answers['groups.get'] = new ApiError(404, { code: 'notFound', message: 'Not found' });
  const { text, button } = await show(GroupPage, { name: 'gone' });
  await vi.waitFor(() => expect(text()).toMatch(/does not exist/));
  expect(button('Add member')).toBeUndefined();
});

test('a role is given to the group that was chosen', async () => {
  answers['grants.create'] = {};
  const { wrapper, text } = await show(CreateGrant, { subject: { kind: 'group', name: 'ops' } });
  expect(text()).toContain('Group');
  const pick = async (index: number, value: string) => {
    wrapper.findAllComponents({ name: 'ASelect' })[index]?.vm.$emit('change', value);
    await flushPromises();
  };
  await pick(1, 'viewer');
  await pick(2, 'quay');
  wrapper.findComponent({ name: 'AModal' }).vm.$emit('ok');
  await flushPromises();
  expect(sentTo('grants.create')).toEqual({
    body: {
      expiresAt: null,
      reason: '',
      subject: { kind: 'group', group: 'ops' },
      role: 'viewer',
      scope: { kind: 'cluster', cluster: 'quay' },
    },
  });
  expect(wrapper.emitted('created')).toHaveLength(1);
});
