import './zod-jitless.ts';
import { VueQueryPlugin } from '@tanstack/vue-query';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { loadRouteLocation } from 'vue-router';
import App from './App.vue';
import { focusContent } from './focus-content.ts';
import { keepFocus } from './keep-focus.ts';
import { mendAria } from './mend-aria.ts';
import { isChunkError, reloadForChunk } from './chunk-reload.ts';
import { i18n, setLocale } from './i18n/i18n.ts';
import { usePreferences } from '../components/preferences/preferences.ts';
import { queryClient } from '../api/query-client.ts';
import { useSession } from '../api/session.ts';
import { router } from './router.ts';

// Not awaited at the top: the catalogue imports this very chunk, and would wait for it for ever.
void start();

/** What cannot be loaded is the router's to tell. */
function preload(address: string): void {
  loadRouteLocation(router.resolve(address)).catch(() => undefined);
}

async function start(): Promise<void> {
  const pinia = createPinia();
  try {
    const session = useSession(pinia);
    // session, page and language come together, not one after the other
    void session.resume();
    preload(session.state === 'signedOut' ? '/login' : location.pathname + location.search);
    await setLocale(usePreferences(pinia).locale);
    createApp(App).use(pinia).use(i18n).use(VueQueryPlugin, { queryClient }).use(router).mount('#app');
    const { forget } = keepFocus(document.body);
    focusContent(router, forget);
    const { t } = i18n.global;
    mendAria(document.body, {
      pageSize: () => t('common.pageSize'),
      selectAll: () => t('common.selectAll'),
      details: () => t('common.details'),
      close: () => t('common.close'),
    });
  } catch (error) {
    // Without the language there is nothing to show yet.
    if (!isChunkError(error)) throw error;
    reloadForChunk(globalThis.location.href);
  }
}
