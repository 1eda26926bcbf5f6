import type { Requirement } from '@pilothouse/contract';
import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router';
import { i18n } from './i18n/i18n.ts';
import { usePreferences } from './preferences.ts';
import { routes } from './routes.ts';
import { useSession } from './session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. */
    title?: string;
    /** Nobody needs to be signed in. */
    isPublic?: true;
    /** Shows the namespace picker; the choice is `?namespace=a&namespace=b`. */
    namespaced?: true;
    /** Rights the page is pointless without. */
    requires?: (route: RouteLocationNormalized) => Requirement[];
  }
}

export const router = createRouter({ history: createWebHistory(), routes });

/** A path of this SPA to go on to; anything that could lead elsewhere is the start page. */
export function returnPath(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : '/';
}

router.beforeEach(async (to) => {
  const session = useSession();
  if (session.state === 'unknown') await session.resume();
  if (session.state === 'offline') return true;
  const isSignedIn = session.state === 'signedIn';
  if (!isSignedIn)
    return to.meta.isPublic === true || { name: 'login', query: { returnTo: to.fullPath }, replace: true };
  if (session.mustChangePassword)
    return (
      to.name === 'password' || {
        name: 'password',
        query: { returnTo: returnPath(to.query['returnTo'] ?? to.fullPath) },
      }
    );
  if (to.name === 'login' || to.name === 'password') return returnPath(to.query['returnTo']);
  return true;
});

router.afterEach((to) => {
  const { cluster } = to.params;
  if (typeof cluster === 'string' && cluster !== '') usePreferences().lastCluster = cluster;
  const title = to.meta.title === undefined ? [] : [i18n.global.t(to.meta.title)];
  const place = [to.params['name'], cluster].filter((part) => typeof part === 'string' && part !== '');
  document.title = [...place, ...title, 'Pilothouse'].join(' · ');
});

// After an update the old chunks are gone: the page is loaded anew, once.
router.onError((error: unknown, to) => {
  const isChunk =
    error instanceof TypeError && /dynamically imported module|Importing a module/i.test(error.message);
  const key = `pilothouse.reloaded:${to.fullPath}`;
  if (!isChunk || sessionStorage.getItem(key) !== null) return;
  sessionStorage.setItem(key, '1');
  globalThis.location.assign(to.fullPath);
});
