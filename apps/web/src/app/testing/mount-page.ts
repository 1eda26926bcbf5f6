import { endpoints } from '@pilothouse/contract';
import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import type { Component } from 'vue';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter, type RouteRecordRaw, type Router } from 'vue-router';
import { useSession } from '../../api/session.ts';
import { messages } from '../i18n/en-US/index.ts';
import { answer } from './fake-api.ts';

/** A right as `object action [in domain]`; everywhere where no domain is named. */
export type GivenRight = [object: string, action: string, domain?: string];

export const everyRight: GivenRight[] = [['**', 'All']];

interface MountedPage {
  page: VueWrapper;
  router: Router;
  text: () => string;
  /** Changes the language of the page that stands. */
  inChinese: () => Promise<void>;
}

/**
 * Mounts a page in English at an address, for somebody with the given rights. The platform is `fake-api.ts`.
 * @param at where the page is; `routes` are the others it leads to.
 */
export async function mountPage(
  page: Component,
  options: {
    at?: string;
    routes?: RouteRecordRaw[];
    props?: Record<string, unknown>;
    rights?: GivenRight[];
    menus?: unknown[];
  } = {},
): Promise<MountedPage> {
  const { at = '/', rights = everyRight, menus = [] } = options;
  answer(endpoints.me, () => ({
    nodeShells: false,
    portForwards: true,
    user: { id: 'u', username: 'li', displayName: 'Li', email: '' },
    menus,
    roles: rights.map(([object, action], index) => ({
      name: `role-${index}`,
      policies: [{ object, action }],
    })),
    grants: rights.map(([, , domain = '*'], index) => ({ role: `role-${index}`, domain })),
  }));
  const pinia = createPinia();
  setActivePinia(pinia);
  const session = useSession();
  await session.reload();
  session.state = 'signedIn';
  const routes = options.routes ?? [{ path: '/:path(.*)*', component: { render: () => null } }];
  const router = createRouter({ history: createMemoryHistory(), routes });
  await router.push(at);
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } });
  const wrapper = mount(page, {
    props: options.props ?? {},
    attachTo: document.body,
    global: { plugins: [i18n, router, pinia, VueQueryPlugin] },
  });
  await flushPromises();
  return {
    page: wrapper,
    router,
    text: () => document.body.textContent.replace(/\s+/g, ' '),
    inChinese: async () => {
      const chinese = await import('../i18n/zh-CN/index.ts');
      i18n.global.setLocaleMessage('zh-CN' as never, chinese.messages as never);
      i18n.global.locale.value = 'zh-CN' as never;
      await flushPromises();
    },
  };
}
