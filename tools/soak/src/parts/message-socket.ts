import { once } from 'node:events';

// every message has a type; which it is decides what else it has
// oxlint-disable-next-line typescript/no-explicit-any
export type Message = { type: string } & Record<string, any>;

export interface SocketHandlers {
  onMessage: (message: Message) => void;
  onBytes?: (bytes: Buffer) => void;
}

/** A browser's side of one of the platform's WebSockets. */
export interface MessageSocket {
  say(message: object): void;
  sayBytes(text: string): void;
  close(): void;
  /** Resolves when it is closed, by whoever. */
  closed: Promise<void>;
}

/**
 * Opens a WebSocket as a browser on the platform's page does.
 * @param origin the platform's own
 * @param url where to connect, a ticket in it; behind a proxy another place than `origin`
 */
export async function openMessageSocket(
  origin: string,
  url: string,
  { onMessage, onBytes }: SocketHandlers,
): Promise<MessageSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers: { origin } });
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') onMessage(JSON.parse(data));
    else onBytes?.(Buffer.from(data));
  });
  const closed = once(socket, 'close').then(() => undefined);
  await Promise.race([
    once(socket, 'open'),
    closed.then(() => {
      throw new Error('the platform refused a socket');
    }),
  ]);
  return {
    say: (message) => socket.send(JSON.stringify(message)),
    sayBytes: (text) => socket.send(new TextEncoder().encode(text)),
    close: () => socket.close(),
    closed,
  };
}
