import type { IncomingMessage, Server } from 'node:http';
import { LogHub } from '@pilothouse/kube';
import { ticketRequirements, ticketTarget } from '@pilothouse/contract';
import type { Authoriser } from './authz/authoriser.ts';
import { newId } from './db/ids.ts';
import type { Database } from './db/database.ts';
import type { SecretBox } from './db/secret-box.ts';
import { mountPodLog } from './features/pod-log/pod-log.routes.ts';
import { PodLogService } from './features/pod-log/pod-log.service.ts';
import { TerminalsRepository } from './features/terminals/terminals.repository.ts';
import {
  mountTerminals,
  recordingRequirements,
  sendRecording,
} from './features/terminals/terminals.routes.ts';
import { TerminalsService } from './features/terminals/terminals.service.ts';
import { TicketsRepository } from './features/tickets/tickets.repository.ts';
import { mountTickets, type Downloads } from './features/tickets/tickets.routes.ts';
import { TicketsService, type RefusedTicket } from './features/tickets/tickets.service.ts';
import { AppError } from './http/app-error.ts';
import type { SharedAuditLog } from './http/audit.ts';
import type { ApiRouter } from './http/mount.ts';
import type { FindCluster } from './ws/clusters.ts';
import { guardAnswer } from './ws/guarded-answer.ts';
import { execHandler } from './ws/exec/exec-handler.ts';
import { logHandler, logsHandler } from './ws/log/log-handler.ts';
import { LogOpener } from './ws/log/open-log.ts';
import { UpgradeRouter, type RedeemTicket, type SocketHandler } from './ws/router.ts';
import { StreamGuard, type StreamLimits, type StreamPurpose, type StreamRights } from './ws/stream-guard.ts';

export interface StreamParts {
  publicUrl: string;
  pingMs: number;
  database: Database;
  secrets: SecretBox;
  audit: SharedAuditLog;
  authoriser: Authoriser;
  rights: StreamRights;
  limits: StreamLimits;
  retention: { recordingDays: number; recordingBytes: number; recordingsBytes: number };
  findCluster: FindCluster;
  /** Awaited before the cluster's connection is closed. */
  onClusterRemoved: (listener: (cluster: { name: string }) => Promise<void>) => void;
  live: SocketHandler<'live'>;
  onError: (error: unknown) => void;
}

const pruneTicketsMs = 600_000;

/** The container's part that streams: tickets, the sockets' router, logs, shells and their recordings. */
export class Streams {
  readonly terminals: TerminalsService;
  readonly #parts: StreamParts;
  readonly #tickets: TicketsRepository;
  readonly #ticketService: TicketsService;
  readonly #terminalsRepository: TerminalsRepository;
  readonly #guard: StreamGuard;
  #router: UpgradeRouter | undefined;
  #pruning: NodeJS.Timeout | undefined;

  constructor(parts: StreamParts) {
    const { database, secrets, findCluster, audit, authoriser, rights, limits, retention, onError } = parts;
    this.#parts = parts;
    this.#guard = new StreamGuard(rights, limits);
    this.#tickets = new TicketsRepository(database.prisma);
    this.#ticketService = new TicketsService({
      store: this.#tickets,
      rights,
      checkRoom: (principal, purpose) => this.#guard.checkRoom(principal, purpose),
      onRefused: (refused) => this.#recordRefusal(refused),
    });
    this.#terminalsRepository = new TerminalsRepository(database, secrets);
    this.terminals = new TerminalsService({
      repository: this.#terminalsRepository,
      findCluster,
      audit,
      authoriser,
      onError,
      maxRecordingBytes: retention.recordingBytes,
      maxTotalBytes: retention.recordingsBytes,
      retentionDays: retention.recordingDays,
    });
    parts.onClusterRemoved(async ({ name }) => {
      this.#guard.clusterRemoved(name);
      await this.terminals.endedIn(name);
    });
  }

  mount(api: ApiRouter): void {
    const podLog = new PodLogService(this.#parts.findCluster);
    const terminals = {
      terminals: this.terminals,
      repository: this.#terminalsRepository,
      guard: this.#guard,
    };
    mountTickets(api, { tickets: this.#ticketService, downloads: this.#downloads(podLog) });
    mountTerminals(api, terminals);
    mountPodLog(api, podLog, this.#guard);
  }

  /** Streams open to browsers. */
  get counts(): Record<StreamPurpose, number> {
    return this.#guard.counts;
  }

  /** Takes upgrades from now on. */
  start(server: Server, addressOf: (request: IncomingMessage) => string): void {
    const { publicUrl, pingMs, audit, findCluster, live, onError } = this.#parts;
    const logs = { hub: new LogHub(), opener: new LogOpener(findCluster, audit) };
    this.#router = new UpgradeRouter({
      publicUrl,
      pingMs,
      guard: this.#guard,
      redeem: this.#redeem,
      addressOf,
      newRequestId: newId,
      onError,
      onForeignOrigin: ({ origin, path, address }) =>
        audit.record(
          { principal: null, code: 'origin.refused', target: { name: path }, params: { origin }, address },
          { outcome: 'refused', status: 403, reason: 'foreignOrigin' },
        ),
      handlers: {
        live,
        log: logHandler(logs),
        logs: logsHandler(logs),
        exec: execHandler({ open: (admission, size) => this.terminals.open(admission, size) }),
      },
    });
    this.#router.attach(server);
    this.terminals.start();
    this.#pruning = setInterval(() => void this.#tickets.prune(new Date()).catch(onError), pruneTicketsMs);
  }

  /** Tells every stream that the platform stops, and waits for the shells to be gone. */
  async stop(): Promise<void> {
    clearInterval(this.#pruning);
    await Promise.all([this.#router?.stop(), this.terminals.stop()]);
  }

  readonly #redeem: RedeemTicket = async ({ purpose, query, address, requestId }) => {
    const { ticket: token = '', ...place } = Object.fromEntries(query);
    const { principal, request } = await this.#ticketService.redeem({
      token,
      purpose,
      place,
      address,
      requestId,
    });
    // a download's ticket has its own purpose, so it never gets here
    if (request.purpose === 'download') throw new AppError('ticketMismatch');
    return { principal, request, requirements: ticketRequirements(request), address, requestId };
  };

  #recordRefusal({ principal, request, purpose, address, requestId, error }: RefusedTicket): Promise<void> {
    const target = request === undefined ? { resource: purpose } : ticketTarget(request);
    const who = principal === undefined ? null : principal;
    return this.#parts.audit.record(
      {
        principal: who,
        unproven: true,
        code: 'ticket.redeem',
        target,
        params: { purpose },
        address,
        requestId,
      },
      { outcome: 'refused', status: error.status, reason: error.code },
    );
  }

  #downloads(podLog: PodLogService): Downloads {
    return {
      authorise: async (principal, what) => {
        if (what.kind === 'recording') await this.terminals.authoriseRecording(principal, what.terminal);
      },
      send: async (principal, what, { auditId, signal, res }) => {
        if (what.kind === 'recording') {
          const terminal = await this.terminals.authoriseRecording(principal, what.terminal);
          const call = { principal, requirements: recordingRequirements(principal, terminal), signal };
          return guardAnswer(this.#guard, call, (life) =>
            sendRecording(this.#terminalsRepository, terminal, res, life),
          );
        }
        const fileName = `${what.pod}-${what.container}.log`;
        const requirements = ticketRequirements({ purpose: 'download', what });
        await guardAnswer(this.#guard, { principal, requirements, cluster: what.cluster, signal }, (life) =>
          podLog.write(what, { auditId, signal: life, res, fileName }),
        );
      },
    };
  }
}
