import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Requirement, TicketRequest } from '@pilothouse/contract';
import { WebSocketServer } from 'ws';
import type { Principal } from '../authz/principal.ts';
import { AppError } from '../http/app-error.ts';
import type { HostDoor } from '../http/host-door.ts';
import { streamErrorOf } from './stream-error.ts';
import { GuardedSocket } from './guarded-socket.ts';
import type { StreamGuard } from './stream-guard.ts';

export type SocketPurpose = 'live' | 'log' | 'logs' | 'exec' | 'nodeShell';
export type SocketRequest<P extends SocketPurpose = SocketPurpose> = Extract<TicketRequest, { purpose: P }>;

/** A redeemed ticket: who may open what, from where. */
export interface Admission<P extends SocketPurpose = SocketPurpose> {
  principal: Principal;
  request: SocketRequest<P>;
  requirements: Requirement[];
  address: string;
  requestId: string;
}

/** Serves one socket until its `signal` aborts. A rejection ends the socket with `failed`. */
export type SocketHandler<P extends SocketPurpose> = (
  socket: GuardedSocket,
  admission: Admission<P>,
) => Promise<void> | void;

export type SocketHandlers = { [P in SocketPurpose]: SocketHandler<P> };

/** Takes a ticket for good; throws AppError (badTicket, ticketMismatch, forbidden …) and writes the audit row. */
export type RedeemTicket = (attempt: {
  purpose: SocketPurpose;
  query: URLSearchParams;
  address: string;
  requestId: string;
}) => Promise<Admission>;

export interface UpgradeRouterOptions {
  publicUrl: string;
  pingMs: number;
  redeem: RedeemTicket;
  /** A socket that nobody serves is not there. */
  handlers: Partial<SocketHandlers>;
  guard: StreamGuard;
  /** Host names that are not the platform's. */
  hosts: readonly HostDoor[];
  newRequestId: () => string;
  /** A foreign page knocked: worth an audit row. */
  onForeignOrigin: (knock: { origin: string; path: string; address: string }) => Promise<void>;
  onError: (error: unknown) => void;
}

const purposes: Record<string, SocketPurpose> = {
  '/api/v1/live': 'live',
  '/api/v1/log': 'log',
  '/api/v1/logs': 'logs',
  '/api/v1/exec': 'exec',
  '/api/v1/node-shell': 'nodeShell',
};

/** Keys a person or a paste sends in one frame; larger pastes are split by the client. */
const maxPayload = 256 * 1024;
/** How long a stop waits for streams that have been ended. */
const mostStopMs = 3000;

/**
 * The only `upgrade` handler of the platform: path, then Origin, then ticket, all before the upgrade; then the socket
 * goes to the handler of its purpose, watched by the guard.
 */
export class UpgradeRouter {
  readonly #options: UpgradeRouterOptions;
  readonly #origin: string;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  readonly #serving = new Set<Promise<void>>();
  #stopping = false;

  constructor(options: UpgradeRouterOptions) {
    this.#options = options;
    this.#origin = new URL(options.publicUrl).origin;
  }

  /** @param addressOf the client's address, trusted proxies considered */
  attach(server: Server, addressOf: (request: IncomingMessage) => string): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const door = this.#options.hosts.find((each) => each.owns(request.headers.host));
      if (door !== undefined) return door.upgrade(request, socket, head);
      const broken = () => socket.destroy();
      socket.on('error', broken);
      this.#admit(request, addressOf(request)).then(
        (admission) => {
          try {
            // here and not earlier: nothing may come between the look and the watch
            this.#options.guard.checkRoom(admission.principal, admission.request.purpose);
          } catch (error) {
            return this.#refuse(socket, error);
          }
          socket.off('error', broken);
          this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
            this.#serve(new GuardedSocket(webSocket, this.#options.pingMs), admission);
          });
        },
        (error: unknown) => this.#refuse(socket, error),
      );
    });
  }

  /** Ends every open stream with `shuttingDown`, takes no more, and waits until how they ended is written down. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#options.guard.stop();
    this.#sockets.close();
    await Promise.race([Promise.all(this.#serving), sleep(mostStopMs, undefined, { ref: false })]);
  }

  async #admit(request: IncomingMessage, address: string): Promise<Admission> {
    if (this.#stopping) throw new AppError('shuttingDown');
    const url = new URL(request.url ?? '/', 'http://platform');
    const purpose = purposes[url.pathname];
    if (purpose === undefined || this.#options.handlers[purpose] === undefined)
      throw new AppError('notFound');
    const origin = request.headers.origin;
    if (origin !== this.#origin) {
      await this.#options.onForeignOrigin({ origin: origin ?? 'none', path: url.pathname, address });
      throw new AppError('foreignOrigin', { origin: origin ?? 'none' });
    }
    const requestId = this.#options.newRequestId();
    return this.#options.redeem({ purpose, query: url.searchParams, address, requestId });
  }

  /** Answers in HTTP: the socket was never upgraded. */
  #refuse(socket: Duplex, error: unknown): void {
    if (!(error instanceof AppError)) this.#options.onError(error);
    const answer = error instanceof AppError ? error : new AppError('internal');
    const body = JSON.stringify(answer.toBody(this.#options.newRequestId()));
    const head = [
      `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'Connection: close',
    ];
    // a client that never closes its side would keep the connection for ever: no timeout of HTTP counts any more
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  }

  #serve(socket: GuardedSocket, admission: Admission): void {
    const { principal, request, requirements } = admission;
    const cluster = request.purpose === 'live' ? undefined : request.cluster;
    this.#options.guard.watch({ stream: socket, principal, requirements, cluster, purpose: request.purpose });
    const handler = this.#options.handlers[request.purpose] as SocketHandler<SocketPurpose>;
    const serving = Promise.resolve()
      .then(() => handler(socket, admission))
      .catch((error: unknown) => {
        this.#options.onError(error);
        socket.end('failed', streamErrorOf(error));
      })
      .finally(() => this.#serving.delete(serving));
    this.#serving.add(serving);
  }
}
