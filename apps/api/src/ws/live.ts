import type { SocketHandler } from './router.ts';
import { LiveSession, type LiveServices } from './live-session.ts';

/** Rights as the live socket watches them. */
export interface LiveRights {
  /** Called on every change of the revocation version; returns how to stop listening. */
  onRevoked(listener: () => void): () => void;
}

/** Serves live sockets: one a tab, any number of subscriptions in it, rights asked again whenever they change. */
export function liveHandler(services: LiveServices, rights: LiveRights): SocketHandler<'live'> {
  return (socket, { principal }) => {
    const session = new LiveSession(socket, principal, services);
    const end = rights.onRevoked(() => void session.recheck());
    socket.signal.addEventListener('abort', end, { once: true });
    session.start();
  };
}
