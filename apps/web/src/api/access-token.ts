import { endpoints, type OutputOf } from '@pilothouse/contract';
import { ApiError } from './api-error.ts';
import { send } from './send.ts';

export type SessionAnswer = OutputOf<typeof endpoints.refresh>;

/** Renewed this long before it ends, so that a request under way does not outlive it. */
const marginMs = 30_000;

let current: { token: string; endsAt: number } | null = null;
let refreshing: Promise<SessionAnswer> | null = null;
const endListeners = new Set<(error: ApiError) => void>();

/** The access token lives in this module's memory only: no storage, so no other page or extension reads it. */
export function keepToken(session: SessionAnswer): void {
  current = { token: session.accessToken, endsAt: Date.now() + session.expiresIn * 1000 };
}

export function forgetToken(): void {
  current = null;
}

/** Calls `listener` when the platform says that the session is over. */
export function onSessionEnd(listener: (error: ApiError) => void): () => void {
  endListeners.add(listener);
  return () => endListeners.delete(listener);
}

/**
 * Trades the refresh cookie for a new token. At most one request is under way in this tab, and one tab at a time:
 * the cookie is rotated with every use.
 * @throws ApiError 401 when there is no session any more (listeners hear of it first), `offline` when nothing answers.
 */
export function refreshSession(): Promise<SessionAnswer> {
  refreshing ??= oneTabAtATime(() => send(endpoints.refresh, {}))
    .then((session) => {
      keepToken(session);
      return session;
    })
    .catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) {
        forgetToken();
        for (const listener of endListeners) listener(error);
      }
      throw error;
    })
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

/** A token that is good for the next request. */
export async function accessToken(): Promise<string> {
  if (current !== null && current.endsAt - marginMs > Date.now()) return current.token;
  return (await refreshSession()).accessToken;
}

/** A token other than the one the platform has just refused; whoever comes first renews it for all. */
export async function renewedToken(refused: string): Promise<string> {
  if (current !== null && current.token !== refused) return current.token;
  return (await refreshSession()).accessToken;
}

/** Web Locks exist in secure contexts only; elsewhere the server's grace for the last cookie has to do. */
function oneTabAtATime<T>(task: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { locks?: LockManager | null };
  return locks ? locks.request('pilothouse.refresh', task) : task();
}
