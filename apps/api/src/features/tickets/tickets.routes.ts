import { endpoints, type TicketRequest } from '@pilothouse/contract';
import type { Response } from 'express';
import type { Principal } from '../../authz/principal.ts';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { TicketsService } from './tickets.service.ts';

type Download = Extract<TicketRequest, { purpose: 'download' }>['what'];

/** What can be downloaded by ticket; other features see to it. */
export interface Downloads {
  /** Throws AppError when the caller may not have it, which the contract's rights cannot say. */
  authorise(principal: Principal, what: Download): Promise<void>;
  /** Writes the file. */
  send(
    principal: Principal,
    what: Download,
    call: { auditId: string; signal: AbortSignal; res: Response },
  ): Promise<void>;
}

export function mountTickets(
  api: ApiRouter,
  { tickets, downloads }: { tickets: TicketsService; downloads: Downloads },
): void {
  mount(api, endpoints.createTicket, async ({ body, principal }) => {
    if (body.purpose === 'download') await downloads.authorise(principal, body.what);
    return tickets.create(principal, body);
  });

  mount(api, endpoints.download, async ({ query, address, requestId, auditId, signal, res, noteAudit }) => {
    const use = { token: query.ticket, purpose: 'download' as const, place: {}, address, requestId };
    const { principal, request } = await tickets.redeem(use);
    const { what } = request as Extract<TicketRequest, { purpose: 'download' }>;
    const params: Record<string, string> =
      what.kind === 'log' ? { ...placeOf(what) } : { terminal: what.terminal };
    noteAudit({ principal, params: { kind: what.kind, ...params } });
    await downloads.authorise(principal, what);
    await downloads.send(principal, what, { auditId, signal, res });
  });
}

function placeOf({ cluster, namespace, pod, container }: Extract<Download, { kind: 'log' }>) {
  return { cluster, namespace, pod, container };
}
