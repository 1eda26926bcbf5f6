import type { WebSocket } from 'ws';
import { KubeError } from '../transport/kube-error.ts';

/**
 * Pings a WebSocket as long as it is open, and reports it lost when the next ping is due and nothing was heard since the last one. A paused
 * socket is not judged: its answers wait behind what nobody reads.
 * Returns a function that stops it.
 */
export function keepAlive(
  webSocket: WebSocket,
  intervalMs: number,
  onLost: (error: KubeError) => void,
): () => void {
  let isAsked = false;
  const heard = () => {
    isAsked = false;
  };
  webSocket.on('pong', heard);
  webSocket.on('message', heard);
  const timer = setInterval(() => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (isAsked && !webSocket.isPaused)
      return onLost(new KubeError('timeout', 'The cluster does not answer pings'));
    isAsked = true;
    webSocket.ping();
  }, intervalMs);
  return () => clearInterval(timer);
}
