import { writeKubectlYaml, type KubernetesObject } from '@pilothouse/kinds';
import { VueQueryPlugin } from '@tanstack/vue-query';
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import common from '../../app/i18n/en-US/common.json' with { type: 'json' };
import objectEdit from '../../app/i18n/en-US/objectEdit.json' with { type: 'json' };
import objectYaml from '../../app/i18n/en-US/objectYaml.json' with { type: 'json' };
import ObjectYaml from './ObjectYaml.vue';

const fieldsV1 = { 'f:data': { 'f:a': {} } };
const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'conf',
    uid: 'u-1',
    managedFields: [{ manager: 'kubectl', operation: 'Apply', time: new Date().toISOString(), fieldsV1 }],
  },
  data: { a: 'yes' },
} as unknown as KubernetesObject;

let page: VueWrapper;
const texts = () => page.get('.cm-content').text();
beforeEach(async () => {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:group/:plural', component: ObjectYaml }],
  });
  await router.push('/core/configmaps');
  const i18n = createI18n({
    legacy: false,
    locale: 'en-US',
    missingWarn: false,
    fallbackWarn: false,
    messages: { 'en-US': { common, objectEdit, objectYaml } },
  });
  page = mount(ObjectYaml, {
    props: { cluster: 'berlin', object },
    global: { plugins: [i18n, router, createPinia(), VueQueryPlugin] },
    attachTo: document.body,
  });
  await vi.waitUntil(() => page.find('.cm-content').exists(), { timeout: 10_000 });
});
afterEach(() => {
  page.unmount();
  vi.unstubAllGlobals();
});

const check = (index: number) => page.findAll('input[type=checkbox]')[index]?.setValue(true);
const button = (label: string) => page.findAll('button').find((each) => each.text() === label);

test('managedFields and what the server sets are shown on demand, owners beside their fields', async () => {
  expect(texts()).toContain('uid: u-1');
  expect(texts()).not.toContain('managedFields');
  await check(1);
  expect(texts()).toContain('managedFields');
  await check(2);
  expect(page.get('.ph-line-note').text()).toMatch(/^kubectl · Apply · \d+s$/);
  await check(0);
  expect(texts()).not.toContain('uid');
});

test('copying works where the browser has no clipboard for us: on plain http', async () => {
  vi.stubGlobal('navigator', { ...navigator, clipboard: undefined });
  let copied = '';
  document.execCommand = vi.fn<typeof document.execCommand>(() => {
    copied =
      (document.activeElement as HTMLTextAreaElement | null)?.value ??
      document.querySelector('textarea')?.value ??
      '';
    return true;
  });
  await button('Copy')?.trigger('click');
  await vi.waitFor(() => expect(button('Copied')).toBeDefined());
  expect(copied).toBe(writeKubectlYaml(object));
});

test('where nothing helps, the page says how to copy by hand', async () => {
  vi.stubGlobal('navigator', { ...navigator, clipboard: undefined });
  document.execCommand = () => false;
  await button('Copy')?.trigger('click');
  await vi.waitFor(() => expect(page.text()).toContain('then press Ctrl-A and Ctrl-C'));
});

test('who may not change the object is not offered to', () => {
  expect(button('Edit')).toBeUndefined();
});
