import type { KubernetesObject } from '@pilothouse/kinds';
import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import RestartUsers from './RestartUsers.vue';

vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
vi.mock('../../api/clusters.ts', () => ({ useClusters: () => ({ byName: () => null, clusters: [] }) }));
/** Kinds whose objects may be restarted. */
let mayRestart: string[] = [];
vi.mock('../../api/rights.ts', () => ({
  useRights: () => ({
    holds: (rights: { object: string }[]) => rights.every(({ object }) => mayRestart.includes(object)),
  }),
}));

const called = vi.mocked(call);
const settings: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
};
const user = (group: string, plural: string, kind: string, name: string, as: string[]) => ({
  group,
  plural,
  kind,
  name,
  uid: `uid-${name}`,
  owner: null,
  as,
});
const users = [
  user('apps', 'deployments', 'Deployment', 'web', ['env']),
  user('apps', 'deployments', 'Deployment', 'cart', ['mounts']),
  user('apps', 'statefulsets', 'StatefulSet', 'store', ['envFrom']),
  user('core', 'pods', 'Pod', 'web-1', ['env']),
];

async function open(answer: { items: object[]; hidden?: string[] }) {
  called.mockResolvedValueOnce({ truncated: false, hidden: [], ...answer });
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: { render: () => null } },
      {
        path: '/o/:cluster/:group/:plural/:namespace/:name',
        name: 'resource',
        component: { render: () => null },
      },
    ],
  });
  await router.push('/?saved=yes&tab=yaml');
  mount(RestartUsers, {
    props: { cluster: 'quay', object: settings },
    attachTo: document.body,
    global: {
      plugins: [
        createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }),
        router,
        VueQueryPlugin,
      ],
    },
  });
  await flushPromises();
  const buttons = () =>
    [...document.querySelectorAll('button')].map((each) => each.textContent?.trim() ?? '');
  const click = async (label: string) => {
    const all = [...document.querySelectorAll('button')].filter((each) => each.textContent?.trim() === label);
    all.at(-1)?.click();
    await flushPromises();
  };
  return { router, buttons, click, text: () => document.body.textContent ?? '' };
}

beforeEach(() => {
  called.mockReset();
  document.body.innerHTML = '';
  mayRestart = ['k8s/apps/deployments', 'k8s/apps/statefulsets'];
});

test('what can be restarted is named, by kind, and restarted by the action', async () => {
  const { text, buttons, click } = await open({ items: users });
  expect(text()).toContain('3 workloads use it');
  expect(text()).not.toContain('web-1');
  expect(buttons()).toEqual(expect.arrayContaining(['Restart 2 Deployments', 'Restart StatefulSet store']));
  await click('Restart StatefulSet store');
  expect(text()).toContain('shop/store');
  called.mockResolvedValueOnce({ object: null, alreadySo: false, warnings: [] });
  await click('Restart');
  expect(called.mock.calls[1]?.[0]).toMatchObject({ id: 'actions.restart' });
  expect(called.mock.calls[1]?.[1]).toMatchObject({
    params: { cluster: 'quay', group: 'apps', plural: 'statefulsets', namespace: 'shop', name: 'store' },
    body: { uid: 'uid-store' },
  });
  expect(text()).toContain('StatefulSet store: restart started');
  expect(buttons()).toContain('Restart 2 Deployments');

  await click('Restart 2 Deployments');
  called.mockRejectedValueOnce(new ApiError(403, { code: 'forbidden', message: 'You lack the right' }));
  await click('Restart 2 Deployments');
  expect(called.mock.calls[2]?.[1]).toMatchObject({
    body: {
      targets: [
        { name: 'web', namespace: 'shop', uid: 'uid-web' },
        { name: 'cart', namespace: 'shop', uid: 'uid-cart' },
      ],
    },
  });
  expect(text()).not.toContain('2 Deployments: restart started');
});

test('without the right to restart them it says who uses it, and that', async () => {
  mayRestart = ['k8s/apps/deployments'];
  const { text, buttons } = await open({ items: users, hidden: ['apps/daemonsets', 'core/pods'] });
  expect(buttons().filter((label) => label.startsWith('Restart'))).toEqual(['Restart 2 Deployments']);
  expect(text()).toContain('you are not allowed to restart it');
  // pods are not restarted anyway
  expect(text()).toContain('not allowed to list them here: apps/daemonsets');
  expect(text()).not.toContain('core/pods');
});

test('nothing is said of what nothing uses', async () => {
  expect((await open({ items: [] })).text()).toBe('');
});

test('closed, it is gone from the address', async () => {
  const { router } = await open({ items: users });
  document.querySelector<HTMLElement>('.ant-alert-close-icon')?.click();
  await flushPromises();
  expect(router.currentRoute.value.query).toEqual({ tab: 'yaml' });
});
