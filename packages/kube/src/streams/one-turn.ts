import type { WebSocket } from 'ws';

/** Messages in one turn of the event loop after which others have theirs: an honest server sends some dozens. */
const mostInTurn = 500;

/**
 * Holds a WebSocket back for the rest of the turn once it has brought too many messages; `isHeld` says whether somebody
 * else holds it, and then it stays so.
 */
export function giveOthersTheirTurn(webSocket: WebSocket, isHeld: () => boolean): void {
  let inTurn = 0;
  const nextTurn = () => {
    const wasMany = inTurn >= mostInTurn;
    inTurn = 0;
    if (wasMany && !isHeld()) webSocket.resume();
  };
  const heard = () => {
    inTurn += 1;
    if (inTurn === 1) setImmediate(nextTurn);
    if (inTurn === mostInTurn) webSocket.pause();
  };
  for (const event of ['message', 'ping', 'pong']) webSocket.on(event, heard);
}
