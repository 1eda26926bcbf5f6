import type { Database, Prisma } from '../db/database.ts';
import { GatheredWrites } from '../db/gathered-writes.ts';

/** What an outcome may be written to: nobody has, or only the guess that nobody will. */
const open = { in: ['pending', 'unknown'] };

type NewRow = Prisma.AuditEventCreateManyInput;
type End = Prisma.AuditEventUpdateManyMutationInput & { endedAt: Date };

/** Rows of the audit log: inserted, closed once, and dropped when they are old; features/audit reads them. */
export class AuditRepository {
  readonly #database: Database;
  readonly #inserts: GatheredWrites<NewRow>;
  readonly #ends: GatheredWrites<{ id: string; end: End }>;

  constructor(database: Database) {
    this.#database = database;
    this.#inserts = new GatheredWrites((rows) => this.#insert(rows));
    this.#ends = new GatheredWrites((ends) => this.#close(ends));
  }

  insert(row: NewRow): Promise<void> {
    return this.#inserts.add(row);
  }

  /** A row that is closed already stays as it is. */
  close(id: string, end: End): Promise<void> {
    return this.#ends.add({ id, end });
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

  async #insert(rows: readonly NewRow[]): Promise<void> {
    await this.#database.prisma.auditEvent.createMany({ data: [...rows] });
  }

  /** Many at once mostly end alike, within moments: one statement, and the last one's time. */
  async #close(ends: readonly { id: string; end: End }[]): Promise<void> {
    const alike = Map.groupBy(ends, ({ end: { endedAt: _at, ...end } }) => JSON.stringify(end));
    for (const group of alike.values()) {
      const data = group.at(-1)?.end;
      if (data === undefined) continue;
      const ids = group.map(({ id }) => id);
      await this.#database.prisma.auditEvent.updateMany({ where: { id: { in: ids }, outcome: open }, data });
    }
  }
}
