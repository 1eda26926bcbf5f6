import { endpoints, type TicketRequest } from '@pilothouse/contract';
import { AppError } from '../../http/app-error.ts';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { Download, Downloads, DownloadSource } from '../../ws/downloads.ts';
import type { SocketHandlers } from '../../ws/router.ts';
import type { UnitStreams } from '../../ws/through/unit-streams.ts';
import type { TicketsService } from './tickets.service.ts';

export function mountTickets(
  api: ApiRouter,
  {
    tickets,
    downloads,
    sockets,
    unitStreams,
  }: {
    tickets: TicketsService;
    downloads: Partial<Downloads>;
    sockets: Partial<SocketHandlers>;
    unitStreams: Pick<UnitStreams, 'require'>;
  },
): void {
  mount(api, endpoints.createTicket, async ({ body, principal }) => {
    if (body.purpose === 'download') await sourceOf(downloads, body.what).authorise?.(principal, body.what);
    // a socket that nobody serves is not there
    else if (sockets[body.purpose] === undefined) throw new AppError('notFound');
    // here already: a browser cannot read why a socket does not open
    else if ('through' in body) await unitStreams.require(body);
    return tickets.create(principal, body);
  });

  mount(api, endpoints.download, async ({ query, address, requestId, auditId, signal, res, noteAudit }) => {
    const use = { token: query.ticket, purpose: 'download' as const, place: {}, address, requestId };
    const { principal, request } = await tickets.redeem(use);
    const { what } = request as Extract<TicketRequest, { purpose: 'download' }>;
    const params: Record<string, string> =
      what.kind === 'log' ? { ...placeOf(what) } : { terminal: what.terminal };
    noteAudit({ principal, params: { kind: what.kind, ...params } });
    const source = sourceOf(downloads, what);
    await source.authorise?.(principal, what);
    await source.send(principal, what, { auditId, signal, res });
  });
}

function placeOf({ cluster, namespace, pod, container }: Extract<Download, { kind: 'log' }>) {
  return { cluster, namespace, pod, container };
}

function sourceOf(downloads: Partial<Downloads>, { kind }: Download): DownloadSource<Download> {
  const source = downloads[kind];
  if (source === undefined) throw new AppError('notFound');
  return source as DownloadSource<Download>;
}
