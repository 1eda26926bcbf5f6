import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line to a cluster that a test takes away and gives back. */
export interface BreakableLine {
  kubeconfig: string;
  /** Resets what goes over it, and whatever comes. */
  cut(): void;
  mend(): void;
  close(): void;
}

export async function breakableLine(cluster: { server: string; kubeconfig: string }): Promise<BreakableLine> {
  const { hostname: host, port } = new URL(cluster.server);
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.resetAndDestroy();
    const upstream = connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy());
      from.once('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = (server.address() as AddressInfo).port;
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    kubeconfig: cluster.kubeconfig.replaceAll(cluster.server, `https://127.0.0.1:${own}`),
    cut,
    mend: () => (isCut = false),
    close() {
      cut();
      server.close();
    },
  };
}
