import type { Database, Prisma } from '../db/database.ts';

/** What an outcome may be written to: nobody has, or only the guess that nobody will. */
const open = { in: ['pending', 'unknown'] };

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
    await this.#database.prisma.auditEvent.updateMany({ where: { id, outcome: open }, data: outcome });
  }

  /** As {@link close}, for a row that another process began. */
  async closeByAuditId(
    auditId: string,
    code: string,
    outcome: Prisma.AuditEventUpdateManyMutationInput,
  ): Promise<void> {
    await this.#database.prisma.auditEvent.updateMany({
      where: { auditId, code, outcome: open },
      data: outcome,
    });
  }

  /** Closes up to `most` rows whose process is gone: how they ended nobody knows. Returns how many. */
  async closeOrphans(most: number): Promise<number> {
    const { prisma } = this.#database;
    // found without a lock: an update by another index than the id's and a row's own end would wait for each other
    const orphans = await prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM audit_events WHERE outcome = 'pending' AND NOT EXISTS (
        SELECT 1 FROM processes WHERE processes.id = audit_events.owner AND processes.lease_until >= UTC_TIMESTAMP(6)
      ) LIMIT ${most}`;
    if (orphans.length === 0) return 0;
    await prisma.auditEvent.updateMany({
      where: { id: { in: orphans.map(({ id }) => id) }, outcome: 'pending' },
      data: { outcome: 'unknown', endedAt: new Date() },
    });
    return orphans.length;
  }

  /** Drops up to `most` of the oldest rows that began before; returns how many. */
  prune(before: Date, most: number): Promise<number> {
    return this.#database.prisma
      .$executeRaw`DELETE FROM audit_events WHERE at < ${before} ORDER BY at LIMIT ${most}`;
  }
}
