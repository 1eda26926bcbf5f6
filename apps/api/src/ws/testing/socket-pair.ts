import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { GuardedSocket } from '../guarded-socket.ts';

/** A browser's socket and the platform's side of it, over loopback. */
export interface SocketPair {
  browser: WebSocket;
  guarded: GuardedSocket;
  /** What came to the browser: messages, and bytes as they are. */
  said: unknown[];
  close(): void;
}

export async function socketPair(heartbeatMs = 25_000): Promise<SocketPair> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [raw] = (await once(sockets, 'connection')) as [WebSocket];
  await once(browser, 'open');
  const said: unknown[] = [];
  browser.on('message', (data, isBinary) => said.push(isBinary ? data : JSON.parse(String(data))));
  const close = () => {
    browser.terminate();
    server.close();
  };
  return { browser, guarded: new GuardedSocket(raw, heartbeatMs), said, close };
}
