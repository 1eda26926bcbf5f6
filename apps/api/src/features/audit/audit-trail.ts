import type { Logger } from 'pino';
import type { Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { AppError } from '../../http/app-error.ts';
import type { AuditEntry, AuditIntent, AuditLog, AuditOutcome } from '../../http/audit.ts';
import type { AuditRepository } from './audit.repository.ts';

/** Who did what: one row, and one line of the log, for each event. */
export class AuditTrail implements AuditLog {
  readonly #rows: AuditRepository;
  readonly #log: Logger;

  constructor(rows: AuditRepository, log: Logger) {
    this.#rows = rows;
    this.#log = log;
  }

  async begin(intent: AuditIntent): Promise<AuditEntry> {
    const row = rowOf(intent);
    try {
      await this.#rows.insert(row);
    } catch (error) {
      throw new AppError('auditUnavailable', {}, undefined, { cause: error });
    }
    let open = true;
    return {
      auditId: row.auditId,
      end: async (outcome) => {
        if (!open) return;
        open = false;
        await this.#close(row, outcome);
      },
    };
  }

  async record(intent: AuditIntent, outcome: AuditOutcome): Promise<void> {
    const row = rowOf(intent);
    const closed = { ...row, ...closing(row, outcome) };
    this.#say(closed);
    await this.#rows.insert(closed).catch((error: unknown) => this.#lost(closed, error));
  }

  async #close(row: Prisma.AuditEventCreateInput, outcome: AuditOutcome): Promise<void> {
    const change = closing(row, outcome);
    this.#say({ ...row, ...change });
    await this.#rows.close(row.id, change).catch((error: unknown) => this.#lost(row, error));
  }

  /** JSON: whatever the names hold, an event is one line. */
  #say(event: object): void {
    this.#log.info({ audit: event }, 'audit');
  }

  #lost({ id }: { id: string }, error: unknown): void {
    this.#log.error({ err: error, auditEvent: id }, 'the outcome could not be written to the audit log');
  }
}

function rowOf({ principal, code, target, params, auditId, address, requestId }: AuditIntent) {
  return {
    id: newId(),
    at: new Date(),
    code,
    userId: principal?.userId ?? null,
    username: principal?.username ?? null,
    address: cut(address, 64),
    cluster: cut(target.cluster, 63),
    namespace: cut(target.namespace, 63),
    resource: cut(target.resource, 255),
    name: cut(target.name, 253),
    params: params ?? {},
    outcome: 'pending',
    auditId: auditId ?? newId(),
    requestId: requestId ?? null,
  } satisfies Prisma.AuditEventCreateInput;
}

function closing(row: Prisma.AuditEventCreateInput, { principal, params, ...outcome }: AuditOutcome) {
  return {
    ...outcome,
    ...(principal && { userId: principal.userId, username: principal.username }),
    ...(params && { params: { ...(row.params as Prisma.JsonObject), ...params } }),
    endedAt: new Date(),
  };
}

function cut(text: string, length: number): string;
function cut(text: string | undefined, length: number): string | null;
function cut(text: string | undefined, length: number): string | null {
  return text === undefined ? null : [...text].slice(0, length).join('');
}
