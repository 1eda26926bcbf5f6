import { endpoints } from '@pilothouse/contract';
import { flushPromises, mount } from '@vue/test-utils';
import { message } from 'ant-design-vue';
import { beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, ref, shallowRef } from 'vue';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import type { ActionRequest } from './use-actions.ts';
import { useRepeat } from './use-repeat.ts';

vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
const called = vi.mocked(call);
const resource = { cluster: 'quay', group: 'core', plural: 'nodes' };
const parameters = { force: true, timeout: 60, reason: 'old disks' };
let present: Record<string, string> = {};

beforeEach(() => {
  called.mockReset();
  called.mockImplementation((async (endpoint: { id: string }, input: { params: { name: string } }) => {
    if (endpoint.id === endpoints.getOperationRequest.id)
      return {
        ...resource,
        action: 'drain',
        targets: [{ name: 'n1' }, { name: 'n2' }],
        parameters,
        plan: null,
      };
    const uid = present[input.params.name];
    if (uid === undefined) throw new ApiError(404, { code: 'clusterNotFound', message: '', params: {} });
    return { object: { metadata: { uid, resourceVersion: '1' } } };
  }) as never);
});

async function open() {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/nodes', component: { render: () => null } }],
  });
  await router.push('/nodes?q=zone&repeat=op-1');
  const request = shallowRef<ActionRequest | null>(null);
  const Page = defineComponent({
    setup() {
      useRepeat(ref(resource), request);
      return () => null;
    },
  });
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } });
  mount(Page, { global: { plugins: [router, i18n] } });
  await flushPromises();
  await vi.waitFor(() => expect(called.mock.calls.length).toBeGreaterThan(2));
  await flushPromises();
  return { router, request };
}

test('asks again for the same, of the objects as they are now, once; for a reason anew', async () => {
  present = { n1: 'uid-1', n2: 'uid-2' };
  const { router, request } = await open();
  expect(router.currentRoute.value.fullPath).toBe('/nodes?q=zone');
  expect(request.value).toMatchObject({
    id: 'drain',
    resource,
    rows: [
      { name: 'n1', uid: 'uid-1' },
      { name: 'n2', uid: 'uid-2' },
    ],
    parameters: { force: true, timeout: 60 },
    gone: [],
  });
  expect(request.value?.parameters).not.toHaveProperty('reason');
});

test('names what is not there any more', async () => {
  present = { n2: 'uid-9' };
  const { request } = await open();
  expect(request.value).toMatchObject({ rows: [{ name: 'n2', uid: 'uid-9' }], gone: ['n1'] });
});

test('opens nothing where nothing is left', async () => {
  const warning = vi.spyOn(message, 'warning').mockReturnValue(undefined as never);
  present = {};
  const { request } = await open();
  expect(request.value).toBeNull();
  expect(warning).toHaveBeenCalledWith('Not there any more, and left out: n1, n2');
});
