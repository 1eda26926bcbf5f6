import { ticketRequirements, ticketTarget } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import { newId } from '../../db/ids.ts';
import type { Feature } from '../../feature.ts';
import { AppError } from '../../http/app-error.ts';
import { UpgradeRouter, type RedeemTicket } from '../../ws/router.ts';
import { keptMs, TicketsRepository } from './tickets.repository.ts';
import { mountTickets } from './tickets.routes.ts';
import { TicketsService, type RefusedTicket } from './tickets.service.ts';

/** One-use tickets, and the sockets and downloads they open. */
export function build(core: Core): Feature {
  const { config, database, streams, streamAccess, sockets, downloads, unitStreams, onError } = core;
  const repository = new TicketsRepository(database);
  const tickets = new TicketsService({
    store: repository,
    rights: streamAccess,
    checkRoom: (principal, purpose) => streams.checkRoom(principal, purpose),
    onRefused: (refused) => recordRefusal(core, refused),
  });
  const router = new UpgradeRouter({
    publicUrl: config.publicUrl,
    pingMs: config.pingMs,
    guard: streams,
    hosts: core.hosts,
    redeem: redeemer(tickets),
    newRequestId: newId,
    onError,
    onForeignOrigin: ({ origin, path, address }) =>
      core.audit.record(
        { principal: null, code: 'origin.refused', target: { name: path }, params: { origin }, address },
        { outcome: 'refused', status: 403, reason: 'foreignOrigin' },
      ),
    handlers: sockets,
  });
  return {
    mount: (api) => mountTickets(api, { tickets, downloads, sockets, unitStreams }),
    retention: [{ keepMs: keptMs, prune: (before, most) => repository.prune(before, most) }],
    start: ({ server, addressOf }) => router.attach(server, addressOf),
    stop: () => router.stop(),
  };
}

function redeemer(tickets: TicketsService): RedeemTicket {
  return async ({ purpose, query, address, requestId }) => {
    const { ticket: token = '', ...place } = Object.fromEntries(query);
    const { principal, request } = await tickets.redeem({ token, purpose, place, address, requestId });
    // a download's ticket has its own purpose, so it never gets here
    if (request.purpose === 'download') throw new AppError('ticketMismatch');
    return { principal, request, requirements: ticketRequirements(request), address, requestId };
  };
}

function recordRefusal({ audit }: Core, refused: RefusedTicket): Promise<void> {
  const { principal = null, request, purpose, address, requestId, error } = refused;
  const target = request === undefined ? { resource: purpose } : ticketTarget(request);
  return audit.record(
    { principal, unproven: true, code: 'ticket.redeem', target, params: { purpose }, address, requestId },
    { outcome: 'refused', status: error.status, reason: error.code },
  );
}
