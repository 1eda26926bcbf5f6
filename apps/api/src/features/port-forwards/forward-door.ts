import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';
import type { HostDoor } from '../../http/host-door.ts';
import type { ForwardHosts } from './forward-host.ts';
import { answerError, passRequest, passUpgrade, refuseUpgrade } from './forward-proxy.ts';
import { isFromForeignPage } from './foreign-page.ts';
import { cookiesOf } from './passed-headers.ts';
import { entryPath, type PortForwards } from './port-forwards.service.ts';

/** Behind https nobody but the host itself can set a cookie of this name. */
const cookieName = (isSecure: boolean) => `${isSecure ? '__Host-' : ''}pilothouse-forward`;

/** What comes to host names of forwards: the entry by ticket, and then everything by its cookie. */
export class ForwardDoor implements HostDoor {
  readonly #hosts: ForwardHosts;
  readonly #forwards: PortForwards;
  readonly #cookie: string;

  constructor(hosts: ForwardHosts, forwards: PortForwards) {
    this.#hosts = hosts;
    this.#forwards = forwards;
    this.#cookie = cookieName(hosts.isSecure);
  }

  owns(host: string | undefined): boolean {
    return this.#hosts.owns(host);
  }

  serve(req: IncomingMessage, res: ServerResponse): void {
    this.#serve(req, res).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else answerError(res, error);
    });
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    this.#admit(req).then(
      (forward) => {
        try {
          passUpgrade(forward, req, socket, head);
        } catch (error) {
          refuseUpgrade(socket, toAppError(error));
        }
      },
      (error: unknown) => refuseUpgrade(socket, toAppError(error)),
    );
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://forward');
    if (url.pathname === entryPath && req.method === 'GET') return this.#enter(req, res, url);
    const forward = await this.#admit(req);
    passRequest(forward, req, res);
  }

  async #enter({ headers }: IncomingMessage, res: ServerResponse, { searchParams }: URL): Promise<void> {
    const key = await this.#forwards.redeem(this.#hosts.idOf(headers.host), searchParams.get('ticket') ?? '');
    // Lax: the way here is a link of the platform's, which is another site
    const attributes = `Path=/; HttpOnly; SameSite=Lax${this.#hosts.isSecure ? '; Secure' : ''}`;
    res.writeHead(303, {
      Location: '/',
      'Set-Cookie': `${this.#cookie}=${key}; ${attributes}`,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    });
    res.end();
  }

  async #admit(req: IncomingMessage) {
    const id = this.#hosts.idOf(req.headers.host);
    if (isFromForeignPage(req, this.#hosts.originOf(id)))
      throw new AppError('foreignOrigin', { origin: req.headers.origin ?? 'another site' });
    const keys = cookiesOf(req.headers).filter(({ name }) => name === this.#cookie);
    return this.#forwards.admit(
      id,
      keys.map(({ value }) => value),
    );
  }
}
