import { createConnection, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A line to a server that can be cut without anybody being told. */
export interface Relay {
  port: number;
  /** From now on connections are taken, and nothing goes through, neither way: no answer, no reset. */
  blackHole(): void;
  /** Goes through again; what was connected before is reset. */
  heal(): void;
  close(): void;
}

/** Listens on loopback and hands connections on to the server at `url`. */
export async function startRelay(url: string): Promise<Relay> {
  const { hostname, port } = new URL(url);
  const pairs = new Set<readonly [Socket, Socket?]>();
  let isBlack = false;
  const server = createServer((inside) => {
    inside.on('error', () => inside.destroy());
    if (isBlack) {
      pairs.add([inside]);
      return;
    }
    const outside = createConnection({ host: hostname, port: Number(port) });
    const pair = [inside, outside] as const;
    pairs.add(pair);
    inside.pipe(outside).pipe(inside);
    for (const [one, other] of [pair, pair.toReversed() as [Socket, Socket]]) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        pairs.delete(pair);
        if (!isBlack) other.destroy();
      });
    }
  });
  const reset = () => {
    for (const pair of pairs) for (const socket of pair) socket?.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    blackHole() {
      isBlack = true;
      for (const [inside, outside] of pairs) {
        inside.unpipe().pause();
        outside?.unpipe().pause();
      }
    },
    heal() {
      isBlack = false;
      reset();
    },
    close() {
      server.close();
      reset();
    },
  };
}
