import type { Database, Prisma } from '../db/database.ts';

/** Rows of the audit log: inserted, closed once, and dropped when they are old; features/audit reads them. */
export class AuditRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(row: Prisma.AuditEventCreateInput): Promise<void> {
    await this.#database.prisma.auditEvent.create({ data: row });
  }

  /** A row that is closed already stays as it is. */
  async close(id: string, outcome: Prisma.AuditEventUpdateInput): Promise<void> {
    await this.#database.prisma.auditEvent.updateMany({ where: { id, outcome: 'pending' }, data: outcome });
  }

  /** As {@link close}, for a row that another process began. */
  async closeByAuditId(
    auditId: string,
    code: string,
    outcome: Prisma.AuditEventUpdateManyMutationInput,
  ): Promise<void> {
    await this.#database.prisma.auditEvent.updateMany({
      where: { auditId, code, outcome: 'pending' },
      data: outcome,
    });
  }

  /** Drops up to `most` of the oldest rows that began before; returns how many. */
  prune(before: Date, most: number): Promise<number> {
    return this.#database.prisma
      .$executeRaw`DELETE FROM audit_events WHERE at < ${before} ORDER BY at LIMIT ${most}`;
  }
}
