import { endpoints } from '@pilothouse/contract';
import { ref } from 'vue';
import { call } from './call.ts';
import { LiveClient, type LiveEnd } from './live-client.ts';

let client: LiveClient | null = null;
const endListeners = new Set<(end: LiveEnd) => void>();

/** Whether the tab's live socket is open; null before it was ever needed. */
export const isConnected = ref<boolean | null>(null);

export function onLiveEnd(listener: (end: LiveEnd) => void): () => void {
  endListeners.add(listener);
  return () => endListeners.delete(listener);
}

/** The tab's live socket, made when first asked for. */
export function liveClient(): LiveClient {
  client ??= new LiveClient({
    open: openLiveSocket,
    pulse: { endpoint: endpoints.listOperations.id, params: {}, query: { pageSize: 1 } },
    onConnected: (connected) => {
      isConnected.value = connected;
    },
    onEnd: (end) => {
      for (const listener of endListeners) listener(end);
    },
  });
  return client;
}

/** At sign-out: the next user of this tab gets a socket of their own. */
export function closeLive(): void {
  client?.close();
  client = null;
  isConnected.value = null;
}

async function openLiveSocket(): Promise<WebSocket> {
  const { url } = await call(endpoints.createTicket, { body: { purpose: 'live' } });
  const address = new URL(url, globalThis.location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(address);
}
