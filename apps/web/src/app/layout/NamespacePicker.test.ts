import { flushPromises, mount } from '@vue/test-utils';
import { Select } from 'ant-design-vue';
import { createPinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { ref } from 'vue';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import { messages } from '../i18n/en-US/index.ts';
import NamespacePicker from './NamespacePicker.vue';

const state = {
  areAll: ref(true),
  areUnknown: ref(false),
  names: ref<string[]>([]),
  usual: ref<string | undefined>(undefined),
  isFetching: ref(false),
};
vi.mock('../../api/use-namespaces.ts', () => ({ useNamespaces: () => state }));

beforeEach(() => {
  state.areAll.value = true;
  state.areUnknown.value = false;
  state.names.value = [];
  state.usual.value = undefined;
});

async function pickerAt(address: string) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/clusters/:cluster/:rest(.*)*', component: {} }],
  });
  await router.push(address);
  const wrapper = mount(NamespacePicker, {
    global: {
      plugins: [
        createPinia(),
        router,
        createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }),
      ],
    },
  });
  await flushPromises();
  const select = wrapper.findComponent(Select);
  const choose = async (names: string[]) => {
    select.vm.$emit('change', names);
    await flushPromises();
  };
  return { select, choose, query: () => router.currentRoute.value.query, router };
}

test('the context’s namespace is chosen where the credential may not list them, and others can be typed', async () => {
  state.areUnknown.value = true;
  state.names.value = ['team'];
  state.usual.value = 'team';
  const { select, choose, query } = await pickerAt('/clusters/a/core/pods?sort=name');
  expect(query()).toEqual({ sort: 'name', namespace: ['team'] });
  expect(select.props('mode')).toBe('tags');
  await choose(['team', ' other ', 'No Name', '../x']);
  expect(query()['namespace']).toEqual(['other', 'team']);
});

test('who takes it away gets all, until another cluster is looked at', async () => {
  state.areAll.value = false;
  state.names.value = ['team'];
  state.usual.value = 'team';
  const { choose, query, router } = await pickerAt('/clusters/a/core/pods');
  expect(query()['namespace']).toEqual(['team']);
  await choose([]);
  expect(query()['namespace']).toBeUndefined();
  await router.push('/clusters/b/core/pods');
  await flushPromises();
  expect(query()['namespace']).toEqual(['team']);
});

test('what the address says stays, and nothing is chosen where all may be seen', async () => {
  state.usual.value = 'team';
  expect((await pickerAt('/clusters/a/core/pods?namespace=mine')).query()['namespace']).toBe('mine');
  state.usual.value = undefined;
  const { select, query } = await pickerAt('/clusters/a/core/pods');
  expect(query()).toEqual({});
  expect(select.props('mode')).toBe('multiple');
});
