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

/** Finds rows of the audit log. */
export class AuditSearch {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
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
