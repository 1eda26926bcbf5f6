import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { defineComponent, h, type VNode } from 'vue';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import common from '../../../app/i18n/en-US/common.json' with { type: 'json' };
import environment from '../../../app/i18n/en-US/environment.json' with { type: 'json' };
import errorHint from '../../../app/i18n/en-US/errorHint.json' with { type: 'json' };
import errors from '../../../app/i18n/en-US/errors.json' with { type: 'json' };
import field from '../../../app/i18n/en-US/field.json' with { type: 'json' };
import objectForm from '../../../app/i18n/en-US/objectForm.json' with { type: 'json' };
import yaml from '../../../app/i18n/en-US/yaml.json' with { type: 'json' };
import type { Draft } from '../draft.ts';
import { provideDraft } from '../use-field.ts';

const messages = { 'en-US': { common, environment, errorHint, errors, field, objectForm, yaml } };
const plugins = () => [createI18n({ legacy: false, locale: 'en-US', messages }), createPinia()];

/** Fields of a draft, drawn by `render`. */
export function mountFields(draft: Draft, render: () => VNode | VNode[]): VueWrapper {
  const form = defineComponent(() => {
    provideDraft(draft);
    return render;
  });
  return mount(form, { global: { plugins: plugins() }, attachTo: document.body });
}

/** A page that shows `render`, and another one to leave for. */
export async function mountPage(render: () => VNode) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: defineComponent(() => render) },
      { path: '/elsewhere', component: defineComponent(() => () => h('p', 'elsewhere')) },
    ],
  });
  await router.push('/');
  const page = mount(
    defineComponent(() => () => h(RouterView)),
    { global: { plugins: [...plugins(), router] }, attachTo: document.body },
  );
  return { page, router };
}
