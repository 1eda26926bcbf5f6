import type { ActionId } from '@pilothouse/contract';
import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import { createRouter, createMemoryHistory } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/live-rows.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import ActionDialog from './ActionDialog.vue';

vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
let environment = 'production';
vi.mock('../../api/clusters.ts', () => ({
  useClusters: () => ({ byName: (name: string) => ({ name, environment }), clusters: [] }),
}));

const called = vi.mocked(call);
const pod = (name: string): Row => ({
  uid: `uid-${name}`,
  name,
  namespace: 'shop',
  resourceVersion: '1',
  cells: { owner: 'ReplicaSet/web' },
});
const answer = { object: null, alreadySo: false, warnings: [] };

async function open(id: ActionId, rows: Row[], resource = { group: 'core', plural: 'pods' }) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/clusters/:cluster', component: { render: () => null } }],
  });
  await router.push('/clusters/quay');
  const wrapper = mount(ActionDialog, {
    props: { request: null },
    attachTo: document.body,
    global: {
      plugins: [
        createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }),
        router,
        createPinia(),
        VueQueryPlugin,
      ],
    },
  });
  await wrapper.setProps({ request: { id, rows, resource: { cluster: 'quay', ...resource } } });
  await vi.dynamicImportSettled();
  await flushPromises();
  const text = () => document.body.textContent ?? '';
  const button = (label: string) =>
    [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === label);
  const click = async (label: string) => {
    button(label)?.click();
    await flushPromises();
  };
  const type = async (selector: string, value: string) => {
    const input = document.querySelector<HTMLInputElement>(selector);
    if (input === null) throw new Error(`no ${selector}`);
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
    await flushPromises();
  };
  return { wrapper, text, button, click, type, router };
}

beforeEach(() => {
  called.mockReset();
  document.body.innerHTML = '';
  environment = 'production';
});

describe('a destructive action in production', () => {
  test('names cluster, objects and consequence, and waits for the cluster’s name', async () => {
    const { text, button, click, type } = await open('delete', [pod('web-0')]);
    expect(text()).toContain('shop/web-0');
    expect(text()).toContain('controlled by ReplicaSet/web');
    expect(text()).toContain('Type quay to confirm');
    expect(button('Delete')?.disabled).toBe(true);
    await type('#action-cluster', 'quai');
    expect(button('Delete')?.disabled).toBe(true);
    await type('#action-cluster', 'quay');
    called.mockResolvedValue(answer);
    await click('Delete');
    expect(called).toHaveBeenCalledTimes(1);
    expect(called.mock.calls[0]?.[1]).toMatchObject({
      params: { cluster: 'quay', namespace: 'shop', name: 'web-0' },
      query: { dryRun: 'false' },
      body: { uid: 'uid-web-0', parameters: {} },
    });
  });

  test('a trial goes out as one, and is no confirmation', async () => {
    const { text, click, type, wrapper } = await open('delete', [pod('web-0')]);
    await type('#action-cluster', 'quay');
    called.mockResolvedValue({ ...answer, warnings: ['beware'] });
    await click('Dry run');
    expect(called.mock.calls[0]?.[1]).toMatchObject({ query: { dryRun: 'true' } });
    expect(text()).toContain('Nothing was changed');
    expect(text()).toContain('beware');
    expect(wrapper.emitted('done')).toBeUndefined();
  });
});

test('after a refusal it stays open with everything kept', async () => {
  environment = 'test';
  const { text, click, type, wrapper } = await open('scale', [{ ...pod('web'), cells: { replicas: 2 } }], {
    group: 'apps',
    plural: 'deployments',
  });
  await type('#parameter-replicas', '5');
  called.mockRejectedValue(
    new ApiError(403, {
      code: 'clusterForbidden',
      message: 'no',
      params: { message: 'exceeded quota: compute' },
      status: { message: 'exceeded quota: compute' },
    }),
  );
  await click('Scale');
  expect(called.mock.calls[0]?.[1]).toMatchObject({
    body: { parameters: { replicas: 5, currentReplicas: 2 } },
  });
  expect(text()).toContain('exceeded quota: compute');
  expect(document.querySelector<HTMLInputElement>('#parameter-replicas')?.value).toBe('5');
  expect(wrapper.emitted('close')).toBeUndefined();
  expect(wrapper.emitted('done')).toBeUndefined();
});

test('what is no number is no number of replicas, whatever stood there before', async () => {
  environment = 'test';
  const { text, click, type } = await open('scale', [{ ...pod('web'), cells: { replicas: 2 } }], {
    group: 'apps',
    plural: 'deployments',
  });
  await type('#parameter-replicas', 'x');
  document.querySelector('#parameter-replicas')?.dispatchEvent(new FocusEvent('blur'));
  await click('Scale');
  expect(text()).toContain('Enter a number');
  expect(called).not.toHaveBeenCalled();
});

test('many become an operation that opens; a refusal keeps the dialog', async () => {
  environment = 'test';
  const { text, click, router, wrapper } = await open('delete', [pod('a'), pod('b')]);
  called.mockRejectedValueOnce(new ApiError(403, { code: 'forbidden', message: 'You lack the right' }));
  await click('Delete 2 Pods');
  expect(wrapper.emitted('done')).toBeUndefined();
  expect(text()).toContain('shop/a');
  called.mockResolvedValueOnce({ operation: 'op-1' });
  await click('Delete 2 Pods');
  expect(router.currentRoute.value.query).toEqual({ operation: 'op-1' });
  expect(wrapper.emitted('done')).toHaveLength(1);
});

test('a label that the server would refuse is not sent', async () => {
  environment = 'test';
  const { click, type, text } = await open('label', [pod('a'), pod('b')]);
  await type('input[aria-label="Key"]', 'bad key');
  await click('Label 2 Pods');
  expect(called).not.toHaveBeenCalled();
  expect(text()).toContain('A key is [prefix/]name');
});

test('values of a Secret are shown in the dialog, those of the chosen keys, and gone when it closes', async () => {
  const base64 = (text: string) => btoa(text);
  const masked = { data: { password: 'masked:6', token: 'masked:3' } };
  called.mockResolvedValueOnce({ object: masked, state: 'live' });
  const { text, click, wrapper } = await open('reveal', [{ ...pod('vault'), cells: {} }], {
    group: 'core',
    plural: 'secrets',
  });
  expect(text()).toContain('6 bytes');
  document.querySelectorAll<HTMLInputElement>('input[type=checkbox]')[1]?.click();
  await flushPromises();
  called.mockResolvedValueOnce({
    ...answer,
    object: { data: { ...masked.data, password: base64('s3cret') } },
  });
  await click('Reveal values');
  await vi.dynamicImportSettled();
  await flushPromises();
  expect(called.mock.calls[1]?.[1]).toMatchObject({ body: { parameters: { keys: ['password'] } } });
  expect(text()).toContain('s3cret');
  expect(text()).not.toContain('masked:');
  await wrapper.setProps({ request: null });
  await flushPromises();
  expect(text()).not.toContain('s3cret');
});

test('what takes its time is an operation of one object as well', async () => {
  environment = 'test';
  called.mockResolvedValueOnce({ evicts: true, nodes: [] });
  const node = { uid: 'uid-n1', name: 'n1', resourceVersion: '1', cells: {} };
  const { click, button, router, wrapper } = await open('drain', [node], { group: 'core', plural: 'nodes' });
  expect(button('Dry run')).toBeUndefined();
  called.mockResolvedValueOnce({ operation: 'op-2' });
  await click('Drain');
  expect(called.mock.lastCall?.[1]).toMatchObject({
    params: { cluster: 'quay', group: 'core', plural: 'nodes' },
    body: { targets: [{ name: 'n1', uid: 'uid-n1' }], parameters: {} },
  });
  expect(router.currentRoute.value.query).toEqual({ operation: 'op-2' });
  expect(wrapper.emitted('done')).toHaveLength(1);
});

test.each([
  ['one without an earlier revision', [null], true],
  ['many without an earlier revision', [null, null], true],
  ['many of which one has an earlier revision', [null, 2], false],
])('a rollback of %s can be asked for only if something goes back', async (_case, targets, isRefused) => {
  const template = { spec: { containers: [] } };
  const revision = (number: number) => ({
    revision: number,
    name: `web-${number}`,
    uid: `uid-${number}`,
    cause: null,
    createdAt: null,
    images: ['web:1'],
    template,
  });
  called.mockResolvedValue({
    items: targets.map((target, index) => ({
      namespace: 'shop',
      name: `web-${index}`,
      paused: false,
      template,
      present: 3,
      target,
      revisions: [revision(3), ...(target === null ? [] : [revision(target)])],
    })),
  });
  const rows = targets.map((_target, index) => ({ ...pod(`web-${index}`), cells: {} }));
  const { text, button } = await open('undo', rows, { group: 'apps', plural: 'deployments' });
  expect(text()).toContain('There is no earlier revision to go back to.');
  expect(button(rows.length === 1 ? 'Roll back' : 'Roll back 2 Deployments')?.disabled).toBe(isRefused);
});
