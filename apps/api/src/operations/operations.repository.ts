import { itemState, operation as operationSchema } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Database, Prisma } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { containing } from '../db/like.ts';
import { readPage, type PageOrder, type PageQuery } from '../http/paging.ts';
import type { ItemResult, OperationRequest } from './operation-handler.ts';

export type OperationSummary = z.output<typeof operationSchema>;
export type OperationState = OperationSummary['state'];
export interface OperationItemRow {
  id: string;
  target: string;
  step: string | null;
  state: z.output<typeof itemState>;
  result: ItemResult | null;
  input: unknown;
}

export interface OperationFilter {
  /** Only this user's. */
  actorId?: string;
  state?: OperationState;
  /** Part of the kind, the cluster's or the actor's name. */
  q?: string;
}

/** When an operation was last written to, to notice what other processes do. */
export interface OperationStamp {
  id: string;
  stamp: string;
}

const order: PageOrder<Prisma.OperationOrderByWithRelationInput> = {
  sortable: {
    createdAt: 'createdAt',
    endedAt: 'endedAt',
    kind: 'kind',
    state: 'state',
    actor: 'actor',
    cluster: 'cluster',
  },
  fallback: '-createdAt',
};

/** Operations and their items as people see them; the runner's own writes are in OperationLeases. */
export class OperationsRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Writes a new operation with all its items; returns its id. */
  async create(request: OperationRequest<unknown, unknown> & { retryOf?: string }): Promise<string> {
    const id = newId();
    const now = new Date();
    const { actor, cluster } = request;
    await this.#database.transaction(async (tx) => {
      await tx.operation.create({
        data: {
          id,
          kind: request.kind,
          input: request.input as Prisma.InputJsonValue,
          state: 'queued',
          actorId: actor.userId,
          actor: actor.username,
          address: actor.address,
          clusterId: cluster?.id ?? null,
          cluster: cluster?.name ?? null,
          cancelRequested: false,
          fence: 0,
          attempt: 0,
          retryOf: request.retryOf ?? null,
          createdAt: now,
          updatedAt: now,
        },
      });
      await tx.operationItem.createMany({
        data: request.items.map((item, position) => ({
          id: newId(),
          operationId: id,
          position,
          target: item.target,
          input: item.input as Prisma.InputJsonValue,
          state: 'queued',
        })),
      });
    });
    return id;
  }

  page(query: PageQuery, filter: OperationFilter) {
    const where = whereOf(filter);
    const { operation } = this.#database.prisma;
    return readPage(query, order, {
      items: async (page) => {
        const rows = await operation.findMany({ where, ...page });
        const counts = await this.#counts(rows.map((row) => row.id));
        return rows.map((row) => summaryOf(row, counts));
      },
      total: () => operation.count({ where }),
    });
  }

  /** One operation and whose it is; undefined where there is none. */
  async find(id: string): Promise<{ summary: OperationSummary; actorId: string | null } | undefined> {
    const row = await this.#database.prisma.operation.findUnique({ where: { id } });
    if (row === null) return undefined;
    return { summary: summaryOf(row, await this.#counts([id])), actorId: row.actorId };
  }

  async items(id: string): Promise<OperationItemRow[]> {
    const rows = await this.#database.prisma.operationItem.findMany({
      where: { operationId: id },
      orderBy: { position: 'asc' },
      select: { id: true, target: true, step: true, state: true, result: true, input: true },
    });
    return rows as OperationItemRow[];
  }

  /** What `submit` was given, to run it again. */
  async request(id: string): Promise<Pick<OperationRequest<unknown, unknown>, 'kind' | 'input' | 'cluster'>> {
    const row = await this.#database.prisma.operation.findUniqueOrThrow({ where: { id } });
    const { kind, input, clusterId, cluster } = row;
    return { kind, input, cluster: clusterId && cluster ? { id: clusterId, name: cluster } : null };
  }

  /** Whether there was anything left to cancel. */
  async requestCancel(id: string): Promise<boolean> {
    const { count } = await this.#database.prisma.operation.updateMany({
      where: { id, state: { in: ['queued', 'running'] } },
      data: { cancelRequested: true, updatedAt: new Date() },
    });
    return count > 0;
  }

  /** The newest operation of a kind. */
  async latest(kind: string): Promise<OperationSummary | undefined> {
    const row = await this.#database.prisma.operation.findFirst({
      where: { kind },
      orderBy: { createdAt: 'desc' },
    });
    return row === null ? undefined : summaryOf(row, await this.#counts([row.id]));
  }

  /** Written to in the last `seconds`, by any process; `stamp` changes with every write. */
  async recentlyChanged(seconds: number): Promise<OperationStamp[]> {
    return this.#database.prisma.$queryRaw<OperationStamp[]>`
      SELECT id, CAST(updated_at AS CHAR) AS stamp FROM operations
      WHERE updated_at > TIMESTAMPADD(SECOND, ${-seconds}, UTC_TIMESTAMP(6))`;
  }

  /**
   * Drops some of the operations that ended before: up to `most` items of one of them, or, when it has none left, it
   * itself. Returns how many rows went; 0 when there is nothing more to drop.
   */
  async prune(before: Date, most: number): Promise<number> {
    const { prisma } = this.#database;
    const oldest = await prisma.operation.findFirst({
      where: { createdAt: { lt: before }, endedAt: { lt: before } },
      orderBy: { createdAt: 'asc' },
      select: { id: true },
    });
    if (oldest === null) return 0;
    const items = await prisma.$executeRaw`
      DELETE FROM operation_items WHERE operation_id = ${oldest.id} LIMIT ${most}`;
    if (items === most) return items;
    const { count } = await prisma.operation.deleteMany({ where: { id: oldest.id } });
    // another replica was faster
    return items + count || 1;
  }

  async #counts(ids: string[]): Promise<Map<string, OperationSummary['counts']>> {
    const groups = await this.#database.prisma.operationItem.groupBy({
      by: ['operationId', 'state'],
      where: { operationId: { in: ids } },
      _count: true,
    });
    const counts = new Map<string, OperationSummary['counts']>();
    for (const { operationId, state, _count: number } of groups) {
      const count = counts.get(operationId) ?? { total: 0, done: 0, failed: 0 };
      count.total += number;
      if (state !== 'queued' && state !== 'running') count.done += number;
      if (state === 'failed') count.failed += number;
      counts.set(operationId, count);
    }
    return counts;
  }
}

type OperationRow = Prisma.OperationGetPayload<object>;

function summaryOf(row: OperationRow, counts: Map<string, OperationSummary['counts']>): OperationSummary {
  return {
    id: row.id,
    kind: row.kind,
    cluster: row.cluster,
    actor: row.actor,
    state: row.state as OperationState,
    cancelRequested: row.cancelRequested,
    counts: counts.get(row.id) ?? { total: 0, done: 0, failed: 0 },
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

function whereOf({ actorId, state, q }: OperationFilter): Prisma.OperationWhereInput {
  return {
    ...(actorId !== undefined && { actorId }),
    ...(state !== undefined && { state }),
    ...(q !== undefined && {
      OR: [{ kind: containing(q) }, { cluster: containing(q) }, { actor: containing(q) }],
    }),
  };
}
