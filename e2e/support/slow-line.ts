import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A way to a cluster on which answers take their time, or never come. */
export interface SlowLine {
  /** The cluster's kubeconfig, leading through this line. */
  kubeconfig: string;
  /** What goes over it now stays on the way for ever. */
  hold: () => void;
  /** Lets through what is sent from now on. */
  release: () => void;
  close: () => void;
}

/** Opens a line on which every packet takes `delayMs` longer. */
export async function openSlowLine(
  { server: target, kubeconfig }: { server: string; kubeconfig: string },
  delayMs: number,
): Promise<SlowLine> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isHeld = false;
  const late = () =>
    new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        if (!isHeld) setTimeout(done, delayMs, null, bytes);
      },
    });
  const server = createServer((near) => {
    const far = createConnection({ host: hostname, port: Number(port) });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(late()).pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    kubeconfig: kubeconfig.replace(target, `https://127.0.0.1:${(server.address() as AddressInfo).port}`),
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
