import type { Logger } from 'pino';
import type { Prisma } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { AppError } from '../http/app-error.ts';
import {
  keptParams,
  type AuditEntry,
  type AuditIntent,
  type AuditOutcome,
  type SharedAuditLog,
} from '../http/audit.ts';
import type { AnonymousLimits } from './anonymous-share.ts';
import { AuditOverflow } from './audit-overflow.ts';
import type { AuditRepository } from './audit.repository.ts';

type Row = ReturnType<typeof rowOf>;

export interface AuditTrailOptions {
  rows: AuditRepository;
  log: Logger;
  /** The process that closes what is begun here. */
  owner: string;
  limits?: Partial<AnonymousLimits>;
}

/** Rows of one statement: others wait no longer than it takes. */
const orphansAtOnce = 500;

/** Who did what: one row, and one line of the log, for each event; of those who proved nothing, as many as is good. */
export class AuditTrail implements SharedAuditLog {
  readonly #rows: AuditRepository;
  readonly #log: Logger;
  readonly #owner: string;
  readonly #overflow: AuditOverflow;
  /** Outcomes that are being written. */
  readonly #writing = new Set<Promise<void>>();

  constructor({ rows, log, owner, limits }: AuditTrailOptions) {
    this.#rows = rows;
    this.#log = log;
    this.#owner = owner;
    this.#overflow = new AuditOverflow(async (intent) => {
      const row = rowOf(intent, owner);
      await this.#rows.insert(row);
      return (outcome) => this.#close(row, outcome);
    }, limits);
  }

  async begin(intent: AuditIntent): Promise<AuditEntry> {
    const row = rowOf(intent, this.#owner);
    const uncount = await this.#open(intent, row).catch((cause: unknown) => {
      throw new AppError('auditUnavailable', {}, undefined, { cause });
    });
    let open = true;
    return {
      auditId: row.auditId,
      end: async (outcome) => {
        if (!open) return;
        open = false;
        if (uncount === undefined) return this.#close(row, outcome);
        if (outcome.outcome !== 'succeeded') return this.#say({ ...row, ...closing(row, outcome) });
        // who turns out to be somebody has a row of their own after all
        uncount();
        await this.#insertClosed(row, outcome);
      },
    };
  }

  async record(intent: AuditIntent, outcome: AuditOutcome): Promise<void> {
    const row = rowOf(intent, this.#owner);
    const uncount = await this.#overflow.takes(intent).catch((error: unknown) => {
      this.#lost(row, error);
      return () => undefined;
    });
    if (uncount === undefined) await this.#insertClosed(row, outcome);
    else this.#say({ ...row, ...closing(row, outcome) });
  }

  async endLeftOpen(auditId: string, code: string, outcome: AuditOutcome): Promise<void> {
    const { principal: _known, target: _named, params: _intent, reasonParams: _error, ...change } = outcome;
    await this.#rows.closeByAuditId(auditId, code, { ...change, endedAt: new Date() });
  }

  /** Closes as `unknown` what processes that are gone have begun. */
  async closeOrphans(): Promise<void> {
    while ((await this.#rows.closeOrphans(orphansAtOnce)) === orphansAtOnce);
  }

  /** Writes the numbers of what has been counted only, and waits for outcomes that are being written. */
  async flush(): Promise<void> {
    await Promise.all([this.#overflow.flush(), ...this.#writing]);
  }

  async #open(intent: AuditIntent, row: Row): Promise<(() => void) | undefined> {
    const uncount = await this.#overflow.takes(intent);
    if (uncount === undefined) await this.#rows.insert(row);
    return uncount;
  }

  async #insertClosed(row: Row, outcome: AuditOutcome): Promise<void> {
    const closed = { ...row, ...closing(row, outcome) };
    this.#say(closed);
    await this.#written(closed, this.#rows.insert(closed));
  }

  async #close(row: Prisma.AuditEventCreateInput, outcome: AuditOutcome): Promise<void> {
    const change = closing(row, outcome);
    this.#say({ ...row, ...change });
    await this.#written(row, this.#rows.close(row.id, change));
  }

  async #written(row: { id: string }, write: Promise<unknown>): Promise<void> {
    const writing = write
      .then(
        () => undefined,
        (error: unknown) => this.#lost(row, error),
      )
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    await writing;
  }

  /** JSON: whatever the names hold, an event is one line. */
  #say(event: object): void {
    this.#log.info({ audit: event }, 'audit');
  }

  #lost({ id }: { id: string }, error: unknown): void {
    this.#log.error({ err: error, auditEvent: id }, 'the outcome could not be written to the audit log');
  }
}

function rowOf({ principal, code, target, params, auditId, address, requestId }: AuditIntent, owner: string) {
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
    owner,
    auditId: auditId ?? newId(),
    requestId: requestId ?? null,
  } satisfies Prisma.AuditEventCreateInput;
}

function closing(
  row: Prisma.AuditEventCreateInput,
  { principal, target, params, reasonParams = {}, ...outcome }: AuditOutcome,
) {
  const more = { ...params, ...keptParams(reasonParams, row.resource ?? '') };
  return {
    ...outcome,
    ...(principal && { userId: principal.userId, username: principal.username }),
    ...(target?.cluster !== undefined && { cluster: cut(target.cluster, 63) }),
    ...(target?.namespace !== undefined && { namespace: cut(target.namespace, 63) }),
    ...(target?.name !== undefined && { name: cut(target.name, 253) }),
    ...(Object.keys(more).length > 0 && { params: { ...(row.params as Prisma.JsonObject), ...more } }),
    endedAt: new Date(),
  };
}

function cut(text: string, length: number): string;
function cut(text: string | undefined, length: number): string | null;
function cut(text: string | undefined, length: number): string | null {
  return text === undefined ? null : [...text].slice(0, length).join('');
}
