import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface LineProxyOptions {
  /** Cuts a connection over which nothing went for so long, as many a balancer does. */
  silenceMs?: number;
}

/** A TCP proxy on loopback: the line between two parties, which a test may cut. */
export class LineProxy {
  /** How many connections were cut for being silent. */
  silenced = 0;
  readonly #server = createServer((client) => this.#carry(client));
  readonly #target: { host: string; port: number };
  readonly #options: LineProxyOptions;
  readonly #clients = new Set<Socket>();

  private constructor(target: URL, options: LineProxyOptions) {
    this.#target = { host: target.hostname, port: Number(target.port) };
    this.#options = options;
  }

  static async before(target: string, options: LineProxyOptions = {}): Promise<LineProxy> {
    const proxy = new LineProxy(new URL(target), options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections it carries now. */
  get connections(): number {
    return this.#clients.size;
  }

  /** Resets every connection there is; new ones are carried again. */
  cut(): void {
    for (const client of this.#clients) client.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #carry(client: Socket): void {
    const server = connect(this.#target);
    this.#clients.add(client);
    client.once('close', () => this.#clients.delete(client));
    const { silenceMs } = this.#options;
    const timer = silenceMs === undefined ? undefined : setTimeout(() => this.#silence(client), silenceMs);
    client.once('close', () => clearTimeout(timer));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', () => timer?.refresh());
      from.on('error', () => to.destroy());
      from.once('close', () => to.destroy());
      from.pipe(to);
    }
  }

  #silence(client: Socket): void {
    this.silenced += 1;
    client.resetAndDestroy();
  }
}
