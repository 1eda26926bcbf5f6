import type { auditEvent } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Database, Prisma } from '../../db/database.ts';
import { containing } from '../../db/like.ts';

export type AuditEvent = z.output<typeof auditEvent>;

export interface AuditQuery {
  page: number;
  pageSize: number;
  sort?: string | undefined;
  q?: string | undefined;
  user?: string | undefined;
  cluster?: string | undefined;
  code?: string | undefined;
  outcome?: AuditEvent['outcome'] | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** Rows of the audit log: inserted, closed once, read, and dropped when they are old. Nothing else. */
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

  async page(query: AuditQuery, orderBy: Prisma.AuditEventOrderByWithRelationInput[]) {
    const where: Prisma.AuditEventWhereInput = {
      ...(query.user !== undefined && { username: query.user }),
      ...(query.cluster !== undefined && { cluster: query.cluster }),
      ...(query.code !== undefined && { code: query.code }),
      ...(query.outcome !== undefined && { outcome: query.outcome }),
      at: {
        ...(query.from !== undefined && { gte: new Date(query.from) }),
        ...(query.to !== undefined && { lt: new Date(query.to) }),
      },
      ...(query.q !== undefined && {
        OR: (['code', 'username', 'cluster', 'namespace', 'resource', 'name', 'reason'] as const).map(
          (column) => ({
            [column]: containing(query.q ?? ''),
          }),
        ),
      }),
    };
    const { prisma } = this.#database;
    const [rows, total] = await prisma.$transaction([
      prisma.auditEvent.findMany({
        where,
        orderBy,
        skip: (query.page - 1) * query.pageSize,
        take: query.pageSize,
      }),
      prisma.auditEvent.count({ where }),
    ]);
    return { rows, total };
  }
}
