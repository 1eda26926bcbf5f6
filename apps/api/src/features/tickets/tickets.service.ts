import { createHash, randomBytes } from 'node:crypto';
import { ticketRequest, ticketRequirements, ticketTarget, type TicketRequest } from '@pilothouse/contract';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../authz/principal.ts';
import { AppError } from '../../http/app-error.ts';
import type { StreamRights } from '../../ws/stream-guard.ts';
import type { TicketRow } from './tickets.repository.ts';

export const ticketLifetimeMs = 30_000;

/** What the service needs of TicketsRepository. */
export interface TicketStore {
  insert(
    ticket: Omit<TicketRow, 'username' | 'usedAt'> & { tokenHash: string; createdAt: Date },
  ): Promise<void>;
  take(tokenHash: string, at: Date): Promise<{ taken: boolean; ticket: TicketRow | undefined }>;
}

/** A ticket that was not accepted, for the audit. */
export interface RefusedTicket {
  /** Whose it was, where anybody's. */
  principal: Principal | undefined;
  request: TicketRequest | undefined;
  purpose: TicketRequest['purpose'];
  address: string;
  requestId: string;
  error: AppError;
}

export interface TicketUse {
  token: string;
  purpose: TicketRequest['purpose'];
  /** What the URL says the ticket is for; must be what it was made for. */
  place: Record<string, string>;
  address: string;
  requestId: string;
}

export interface TicketsServiceOptions {
  store: TicketStore;
  rights: Pick<StreamRights, 'refusal'>;
  /** Throws AppError where the caller has as many streams of that kind as is good. */
  checkRoom: (principal: Principal, purpose: TicketRequest['purpose']) => void;
  onRefused: (refused: RefusedTicket) => Promise<void>;
  now?: () => number;
}

/**
 * One-use tickets for what cannot send a header: bound to user, session, purpose and object, good for 30 s, kept as
 * hashes only. Any replica redeems them.
 */
export class TicketsService {
  readonly #options: TicketsServiceOptions;
  readonly #now: () => number;

  constructor(options: TicketsServiceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * The caller's rights to `request` were checked already. Throws AppError `tooManyStreams`, which a browser could not
   * read from a socket that does not open.
   */
  async create(principal: Principal, request: TicketRequest) {
    this.#options.checkRoom(principal, request.purpose);
    const token = randomBytes(32).toString('base64url');
    const now = this.#now();
    const expiresAt = new Date(now + ticketLifetimeMs);
    await this.#options.store.insert({
      id: uuidv7(),
      tokenHash: hashOf(token),
      userId: principal.userId,
      sessionId: principal.sessionId,
      purpose: request.purpose,
      request,
      createdAt: new Date(now),
      expiresAt,
    });
    return { ticket: token, url: urlOf(token, request), expiresAt: expiresAt.toISOString() };
  }

  /**
   * Uses a ticket up, also where it turns out to be for something else. Throws AppError `badTicket`, `ticketMismatch`,
   * `sessionEnded` or `forbidden`, after `onRefused` has written it down.
   */
  async redeem(use: TicketUse): Promise<{ principal: Principal; request: TicketRequest }> {
    const { taken, ticket } = await this.#options.store.take(hashOf(use.token), new Date(this.#now()));
    const principal = ticket && {
      userId: ticket.userId,
      username: ticket.username,
      sessionId: ticket.sessionId,
      mustChangePassword: false,
      ...(ticket.makerId !== undefined && { token: { makerId: ticket.makerId } }),
    };
    const request = ticket && ticketRequest.parse(ticket.request);
    const error = await this.#objection(use, taken, principal, request);
    if (error === undefined && principal !== undefined && request !== undefined)
      return { principal, request };
    const refusal = error ?? new AppError('badTicket');
    const { purpose, address, requestId } = use;
    await this.#options.onRefused({ principal, request, purpose, address, requestId, error: refusal });
    throw refusal;
  }

  async #objection(
    use: TicketUse,
    taken: boolean,
    principal: Principal | undefined,
    request: TicketRequest | undefined,
  ): Promise<AppError | undefined> {
    if (!taken || principal === undefined || request === undefined) return new AppError('badTicket');
    const made = placeOf(request);
    const same = Object.keys({ ...made, ...use.place }).every((key) => made[key] === use.place[key]);
    if (request.purpose !== use.purpose || !same) return new AppError('ticketMismatch');
    const requirements = ticketRequirements(request);
    const refusal = await this.#options.rights.refusal(principal, requirements);
    if (refusal === 'sessionEnded') return new AppError('sessionEnded', { reason: 'revoked' });
    if (refusal === undefined) return undefined;
    const [{ action, object } = { action: '', object: '' }] = requirements;
    return new AppError('forbidden', { action, object, domain: ticketTarget(request).cluster ?? '*' });
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The object of a ticket, as it stands in the URL. */
function placeOf(request: TicketRequest): Record<string, string> {
  if (request.purpose === 'logs') {
    const { cluster, namespace, labelSelector, pods, container } = request;
    return {
      cluster,
      namespace,
      ...(labelSelector !== undefined && { labelSelector }),
      ...(pods !== undefined && { pods: pods.join(',') }),
      ...(container !== undefined && { container }),
    };
  }
  if (request.purpose === 'nodeShell') return { cluster: request.cluster, node: request.node };
  if (request.purpose !== 'log' && request.purpose !== 'exec') return {};
  const { cluster, namespace, pod, container } = request;
  return { cluster, namespace, pod, container };
}

function urlOf(token: string, request: TicketRequest): string {
  const path = {
    download: 'downloads',
    nodeShell: 'node-shell',
    log: 'log',
    logs: 'logs',
    exec: 'exec',
    live: 'live',
  }[request.purpose];
  return `/api/v1/${path}?${new URLSearchParams({ ticket: token, ...placeOf(request) }).toString()}`;
}
