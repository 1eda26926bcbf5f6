import { isUniqueViolation } from '../db/database-error.ts';
import type { Database, Prisma, Queries } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { containing } from '../db/like.ts';
import { AppError } from '../http/app-error.ts';
import { readPage, type PageOrder, type PageQuery } from '../http/paging.ts';
import { newItemRow } from './item-rows.ts';
import type { ItemResult, NewItem, OperationRequest } from './operation-handler.ts';
import {
  itemView,
  summaryOf,
  summed,
  type Counts,
  type OperationItem,
  type OperationState,
  type OperationSummary,
} from './operation-views.ts';
import type { StoredInputs } from './stored-inputs.ts';

export interface OperationFilter {
  /** Only theirs; null is the platform itself. */
  actorIds?: (string | null)[];
  state?: OperationState;
  /** Part of the kind, the cluster's or the actor's name. */
  q?: string;
}

export interface ItemFilter {
  /** Whose parts; null for the upper level. */
  parentId: string | null;
  state?: OperationItem['state'];
  /** Part of the target. */
  q?: string;
}

/** One operation with what only its own page shows, and whose it is. */
export interface OperationDetail {
  summary: OperationSummary;
  actorId: string | null;
  /** Null where it may hold secrets. */
  input: unknown;
  retry: { retryable: boolean; inputErased: boolean; retryOf: string | null; retriedBy: string | null };
}

/** What an item has for itself while it is open. */
export type Claims = (input: unknown) => string[];

/** When an operation was last written to, to notice what other processes do. */
export interface OperationStamp {
  id: string;
  actorId: string | null;
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
const itemOrder: PageOrder<Prisma.OperationItemOrderByWithRelationInput> = {
  sortable: { position: 'position' },
  fallback: 'position',
};

/** Operations and their items as people see them; the runner's own writes are in OperationLeases. */
export class OperationsRepository {
  readonly #database: Database;
  readonly #inputs: StoredInputs;

  constructor(database: Database, inputs: StoredInputs) {
    this.#database = database;
    this.#inputs = inputs;
  }

  /** Writes a new operation with all its items; returns its id. Throws `underWay` where another has what it claims. */
  async create(
    request: OperationRequest<unknown, unknown>,
    sealed: boolean,
    claims: Claims | undefined,
  ): Promise<string> {
    return this.#database.transaction(async (tx) => {
      await this.#assertUnclaimed(tx, request, claims);
      return this.#insert(tx, request, sealed, null);
    });
  }

  /** What failed in an operation, as it would be run again. Throws `notRetryable`. */
  async undone(id: string): Promise<Omit<OperationRequest<unknown, unknown>, 'actor'>> {
    const { prisma } = this.#database;
    const row = await prisma.operation.findUniqueOrThrow({ where: { id } });
    if (row.endedAt === null) throw new AppError('notRetryable', { reason: 'underWay' });
    if (row.input === null) throw new AppError('notRetryable', { reason: 'inputErased' });
    const undone = await prisma.operationItem.findMany({
      where: { operationId: id, parentId: null, state: { in: ['failed', 'skipped'] } },
      orderBy: { position: 'asc' },
    });
    const items = undone.filter(isRetryable).map(({ target, input }) => ({ target, input }));
    if (items.length === 0) throw new AppError('notRetryable', { reason: 'nothingFailed' });
    const { kind, input, clusterId, cluster } = row;
    return { kind, input, items, cluster: clusterId && cluster ? { id: clusterId, name: cluster } : null };
  }

  /**
   * Writes an operation that runs another one's undone again: of two that try, one does. Throws `notRetryable`, and as
   * `create` does.
   */
  async createRetry(
    id: string,
    request: OperationRequest<unknown, unknown>,
    claims: Claims | undefined,
  ): Promise<string> {
    try {
      return await this.#database.transaction(async (tx) => {
        await this.#assertUnclaimed(tx, request, claims);
        return this.#insert(tx, request, false, id);
      });
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('notRetryable', { reason: 'retried' }) : error;
    }
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

  /** Undefined where there is none. */
  async find(id: string): Promise<OperationDetail | undefined> {
    const { prisma } = this.#database;
    const [row, counts, retry, failed] = await Promise.all([
      prisma.operation.findUnique({ where: { id } }),
      this.#counts([id]),
      prisma.operation.findUnique({ where: { retryOf: id }, select: { id: true } }),
      // whatever never had its turn has one before it that failed
      prisma.operationItem.findFirst({
        where: { operationId: id, parentId: null, state: 'failed' },
        select: { id: true },
      }),
    ]);
    if (row === null) return undefined;
    const isFailed = row.endedAt !== null && failed !== null;
    return {
      summary: summaryOf(row, counts),
      actorId: row.actorId,
      input: row.input,
      retry: {
        retryable: isFailed && row.input !== null && retry === null,
        inputErased: isFailed && row.input === null,
        retryOf: row.retryOf,
        retriedBy: retry?.id ?? null,
      },
    };
  }

  /** What the items of its upper level were given, in the order they were added; of an operation that is not sealed. */
  async inputsOf(operationId: string): Promise<unknown[]> {
    const rows = await this.#database.prisma.operationItem.findMany({
      where: { operationId, parentId: null },
      orderBy: { position: 'asc' },
      select: { input: true },
    });
    return rows.map(({ input }) => input);
  }

  /** Items of one level in the order they were added. */
  itemPage(operationId: string, query: PageQuery, { parentId, state, q }: ItemFilter) {
    const where: Prisma.OperationItemWhereInput = {
      operationId,
      parentId,
      ...(state !== undefined && { state }),
      ...(q !== undefined && { target: containing(q) }),
    };
    const { operationItem: items } = this.#database.prisma;
    return readPage(query, itemOrder, {
      items: async (page) => {
        const rows = await items.findMany({ where, ...page });
        const parents = rows.filter((row) => row.hasChildren).map((row) => row.id);
        const children = await this.#childCounts(operationId, parents);
        return rows.map((row) => itemView(row, children.get(row.id) ?? null));
      },
      total: () => items.count({ where }),
    });
  }

  /** Why an operation failed: the result of the first of its items that did. */
  async firstFailure(operationId: string): Promise<ItemResult | undefined> {
    const row = await this.#database.prisma.operationItem.findFirst({
      where: { operationId, state: 'failed' },
      orderBy: { position: 'asc' },
    });
    return (row?.result as ItemResult | null | undefined) ?? undefined;
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
      SELECT id, actor_id AS actorId, CAST(updated_at AS CHAR) AS stamp FROM operations
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

  /** One after another for each cluster, so that of two at once one sees the other. */
  async #assertUnclaimed(
    tx: Queries,
    { kind, items, cluster }: OperationRequest<unknown, unknown>,
    claims: Claims | undefined,
  ): Promise<void> {
    if (claims === undefined || cluster === null) return;
    await tx.$queryRaw`SELECT id FROM clusters WHERE id = ${cluster.id} FOR UPDATE`;
    const open = await tx.operationItem.findMany({
      where: {
        parentId: null,
        state: { in: ['queued', 'running'] },
        operation: { kind, clusterId: cluster.id, state: { in: ['queued', 'running'] } },
      },
      select: { id: true, operationId: true, input: true, sealedInput: true },
    });
    const wanted = new Set(items.flatMap(({ input }) => claims(input)));
    for (const row of open) {
      const what = claims(this.#inputs.read('operation_items', row)).find((claim) => wanted.has(claim));
      if (what !== undefined) throw new AppError('underWay', { what, operation: row.operationId });
    }
  }

  async #insert(
    tx: Queries,
    { kind, input, items, actor, cluster }: OperationRequest<unknown, unknown>,
    sealed: boolean,
    retryOf: string | null,
  ): Promise<string> {
    const id = newId();
    const now = new Date();
    await tx.operation.create({
      data: {
        id,
        kind,
        ...this.#inputs.columnsOf('operations', id, input, sealed),
        state: 'queued',
        actorId: actor.userId,
        actor: actor.username,
        address: actor.address,
        clusterId: cluster?.id ?? null,
        cluster: cluster?.name ?? null,
        cancelRequested: false,
        fence: 0,
        attempt: 0,
        retryOf,
        createdAt: now,
        updatedAt: now,
      },
    });
    const row = (item: NewItem<unknown>, position: number) =>
      newItemRow(this.#inputs, { operationId: id, parentId: null, position, sealed }, item);
    await tx.operationItem.createMany({ data: items.map(row) });
    return id;
  }

  /** Of what is at work itself: an item with parts counts as they do. */
  async #counts(ids: string[]): Promise<Map<string, Counts>> {
    const groups = await this.#database.prisma.operationItem.groupBy({
      by: ['operationId', 'state'],
      where: { operationId: { in: ids }, hasChildren: false },
      _count: true,
    });
    return summed(groups.map(({ operationId, ...group }) => ({ ...group, of: operationId })));
  }

  async #childCounts(operationId: string, itemIds: string[]): Promise<Map<string, Counts>> {
    if (itemIds.length === 0) return new Map();
    const groups = await this.#database.prisma.operationItem.groupBy({
      by: ['parentId', 'state'],
      where: { operationId, parentId: { in: itemIds } },
      _count: true,
    });
    return summed(groups.map(({ parentId, ...group }) => ({ ...group, of: parentId ?? '' })));
  }
}

function whereOf({ actorIds, state, q }: OperationFilter): Prisma.OperationWhereInput {
  return {
    AND: [
      actorIds === undefined ? {} : { OR: actorIds.map((actorId) => ({ actorId })) },
      q === undefined
        ? {}
        : { OR: [{ kind: containing(q) }, { cluster: containing(q) }, { actor: containing(q) }] },
    ],
    ...(state !== undefined && { state }),
  };
}

/** What failed, or never had its turn because something before it failed. */
function isRetryable({ state, result }: { state: string; result: Prisma.JsonValue }): boolean {
  return state === 'failed' || (result as ItemResult | null)?.code === 'earlierStepFailed';
}
