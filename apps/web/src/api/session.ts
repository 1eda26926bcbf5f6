import { CompiledGrants, endpoints, noTree, type OutputOf, type TreeNodes } from '@pilothouse/contract';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { forgetToken, keepToken, onSessionEnd, refreshSession, type SessionAnswer } from './access-token.ts';
import { ApiError } from './api-error.ts';
import { call } from './call.ts';
import { closeLive, liveClient, onLiveEnd } from './live.ts';
import { queryClient } from './query-client.ts';

type Me = OutputOf<typeof endpoints.me>;

/**
 * Set while a session may exist, so that a first visit doesn't ask for one in vain; the session itself is an HttpOnly
 * cookie.
 */
const markerKey = 'pilothouse.session';
/** Rights are read again when the user comes back to the tab, at most this often. */
const staleMs = 30_000;

/** Who is signed in. */
export const useSession = defineStore('session', () => {
  const state = ref<'unknown' | 'signedOut' | 'signedIn' | 'offline'>('unknown');
  const me = shallowRef<Me | null>(null);
  /** The service tree, once a page that needs it has read it: rights on its nodes are asked by it. */
  const tree = shallowRef<TreeNodes>(noTree);
  const mustChangePassword = ref(false);
  /** Why the last session ended by itself; shown on the login page. */
  const endedBecause = shallowRef<ApiError | null>(null);
  let readAt = 0;
  let unfollow = () => undefined as unknown;
  let resuming: Promise<void> | null = null;

  // Other tabs of this browser share the cookie: when one signs out, all do.
  globalThis.addEventListener('storage', (event) => {
    if (event.key === markerKey && event.newValue === null && state.value === 'signedIn') leave(null);
  });
  onSessionEnd((error) => leave(error));
  onLiveEnd(({ reason }) => {
    if (reason === 'sessionEnded') void refreshSession().catch(() => undefined);
  });

  async function enter(session: SessionAnswer) {
    keepToken(session);
    mark(true);
    endedBecause.value = null;
    mustChangePassword.value = session.mustChangePassword;
    // until it is changed nothing but the session itself answers; else the socket opens while the user is read
    if (!session.mustChangePassword) follow();
    await reload();
    state.value = 'signedIn';
  }

  /** What is granted and taken meanwhile reaches the page that is open. */
  function follow() {
    unfollow();
    unfollow = liveClient().subscribe({ endpoint: endpoints.me.id, params: {}, query: {} }, (message) => {
      if (message.type !== 'snapshot') return;
      me.value = message.data as Me;
      readAt = Date.now();
    });
  }

  function leave(reason: ApiError | null) {
    forgetToken();
    unfollow();
    closeLive();
    mark(false);
    queryClient.clear();
    me.value = null;
    tree.value = noTree;
    endedBecause.value = reason;
    state.value = 'signedOut';
  }

  /** Takes up the session the cookie stands for; whoever asks meanwhile waits for the same. */
  function resume(): Promise<void> {
    resuming ??= takeUp().finally(() => {
      resuming = null;
    });
    return resuming;
  }

  async function takeUp() {
    if (!isMarked()) {
      state.value = 'signedOut';
      return;
    }
    try {
      await enter(await refreshSession());
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return;
      state.value = 'offline';
    }
  }

  async function login(username: string, password: string) {
    await enter(await call(endpoints.login, { body: { username, password } }));
  }

  async function changePassword(currentPassword: string, newPassword: string) {
    await enter(await call(endpoints.changePassword, { body: { currentPassword, newPassword } }));
  }

  async function logout() {
    await call(endpoints.logout, {});
    leave(null);
  }

  /** Reads user, menus, roles and grants again. */
  async function reload() {
    me.value = await call(endpoints.me, {});
    readAt = Date.now();
  }

  async function reloadIfStale() {
    if (state.value !== 'signedIn' || Date.now() - readAt < staleMs) return;
    readAt = Date.now();
    await reload().catch(() => undefined);
  }

  return {
    state,
    mustChangePassword,
    endedBecause,
    user: computed(() => me.value?.user ?? null),
    menus: computed(() => me.value?.menus ?? []),
    grants: computed(() => me.value?.grants ?? []),
    /** The platform's settings allow shells on nodes. */
    nodeShells: computed(() => me.value?.nodeShells ?? false),
    portForwards: computed(() => me.value?.portForwards ?? false),
    rights: computed(() => new CompiledGrants(me.value ?? { roles: [], grants: [] }, tree.value)),
    tree,
    resume,
    login,
    changePassword,
    logout,
    reload,
    reloadIfStale,
  };
});

function isMarked(): boolean {
  try {
    return localStorage.getItem(markerKey) !== null;
  } catch {
    return true;
  }
}

function mark(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(markerKey, '1');
    else localStorage.removeItem(markerKey);
  } catch {
    // Without storage each visit asks for a session once more.
  }
}
