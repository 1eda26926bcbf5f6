import { auditParts, type auditEvent } from '@pilothouse/contract';
import { validate as isUuid } from 'uuid';
import type { z } from 'zod';
import type { Database, Prisma } from '../../db/database.ts';
import { beginningWith } from '../../db/like.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';

type AuditEvent = z.output<typeof auditEvent>;
type AuditRow = Prisma.AuditEventGetPayload<object>;

interface AuditQuery extends PageQuery {
  /** The beginning of a name, or an Audit-ID. */
  q?: string | undefined;
  user?: string | undefined;
  cluster?: string | undefined;
  code?: string | undefined;
  outcome?: AuditEvent['outcome'] | undefined;
  from?: string | undefined;
  to?: string | undefined;
  parts: 'true' | 'false';
}

const mostCounted = 10_000;
const order: PageOrder<Prisma.AuditEventOrderByWithRelationInput> = {
  sortable: { at: 'at' },
  fallback: '-at',
};

/** Finds rows of the audit log. */
export class AuditSearch {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Counts no further than {@link mostCounted}: nobody turns so many pages, and a log of years takes seconds to count. */
  async page(query: AuditQuery) {
    const where = whereOf(query);
    const { auditEvent } = this.#database.prisma;
    const isBeyond = (query.page - 1) * query.pageSize >= mostCounted;
    const page = await readPage(query, order, {
      items: async (rows) => (isBeyond ? [] : this.#views(await auditEvent.findMany({ where, ...rows }))),
      total: () => auditEvent.count({ where, take: mostCounted + 1 }),
    });
    return { ...page, total: Math.min(page.total, mostCounted), more: page.total > mostCounted };
  }

  /** What came with an API token says which: rows have its id in the place of the user's. */
  async #views(rows: AuditRow[]): Promise<AuditEvent[]> {
    const ids = rows.flatMap(({ userId }) => userId ?? []);
    const tokens = await this.#database.prisma.apiToken.findMany({
      where: { id: { in: [...new Set(ids)] } },
      select: { id: true, name: true },
    });
    const names = new Map(tokens.map(({ id, name }) => [id, name]));
    return rows.map((row) => ({ ...viewOf(row), token: names.get(row.userId ?? '') ?? null }));
  }
}

/** Each condition has an index that ends with the time. */
function whereOf({
  q,
  user,
  cluster,
  code,
  outcome,
  from,
  to,
  parts,
}: AuditQuery): Prisma.AuditEventWhereInput {
  const isAsked = parts === 'true' || (q !== undefined && isUuid(q));
  const whole = isAsked ? {} : { code: { notIn: [...auditParts] } };
  return {
    ...(user !== undefined && { username: user }),
    ...(cluster !== undefined && { cluster }),
    ...(code === undefined ? whole : { code }),
    ...(outcome !== undefined && { outcome }),
    ...((from !== undefined || to !== undefined) && {
      at: {
        ...(from !== undefined && { gte: new Date(from) }),
        ...(to !== undefined && { lt: new Date(to) }),
      },
    }),
    ...(q !== undefined && {
      OR: [{ name: beginningWith(q) }, ...(isUuid(q) ? [{ auditId: q.toLowerCase() }] : [])],
    }),
  };
}

function viewOf({ userId: _userId, requestId: _requestId, owner: _owner, username, ...row }: AuditRow) {
  return {
    ...row,
    at: row.at.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    user: username,
    params: row.params as AuditEvent['params'],
    outcome: row.outcome as AuditEvent['outcome'],
  };
}
