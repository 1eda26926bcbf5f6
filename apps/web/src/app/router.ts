import type { Requirement } from '@pilothouse/contract';
import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router';
import { forgetChunkReloads, isChunkError, reloadForChunk } from './chunk-reload.ts';
import { i18n } from './i18n/i18n.ts';
import { returnPath } from '../features/auth/return-path.ts';
import { routes } from './routes.ts';
import type { Rights } from '../api/rights.ts';
import { useSession } from '../api/session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title; a text without one stands for itself. */
    title?: string | ((route: RouteLocationNormalized) => string);
    /** Nobody needs to be signed in. */
    isPublic?: true;
    /** Of the menu's entry that it belongs to, where its own path does not say so. */
    menuPath?: string;
    /** Whether the namespace picker is shown; the choice is `?namespace=a&namespace=b`. */
    namespaced?: (route: Pick<RouteLocationNormalized, 'params'>) => boolean;
    /** Rights the page is pointless without. */
    requires?: (route: RouteLocationNormalized, rights: Rights) => Requirement[];
  }
}

export const router = createRouter({ history: createWebHistory(), routes });

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
  forgetChunkReloads();
  const { cluster } = to.params;
  const key = typeof to.meta.title === 'function' ? to.meta.title(to) : to.meta.title;
  const title = key === undefined ? [] : [i18n.global.t(key)];
  const place = [to.params['name'], cluster].filter((part) => typeof part === 'string' && part !== '');
  document.title = [...place, ...title, 'Pilothouse'].join(' · ');
});

router.onError((error: unknown, to) => {
  if (isChunkError(error)) reloadForChunk(to.fullPath);
});
