import type { WebSocket } from 'ws';
import { KubeError } from '../transport/kube-error.ts';

/**
 * Pings a WebSocket as long as it is open, and reports it lost when two pings in a row found it silent. A paused
 * socket is not judged: its answers wait behind what nobody reads.
 * Returns a function that stops it.
 */
export function keepAlive(
  webSocket: WebSocket,
  intervalMs: number,
  onLost: (error: KubeError) => void,
): () => void {
  let unanswered = 0;
  const heard = () => {
    unanswered = 0;
  };
  webSocket.on('pong', heard);
  webSocket.on('message', heard);
  const timer = setInterval(() => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (webSocket.isPaused) unanswered = 0;
    if (unanswered >= 2) return onLost(new KubeError('timeout', 'The cluster does not answer pings'));
    unanswered += 1;
    webSocket.ping();
  }, intervalMs);
  return () => clearInterval(timer);
}
