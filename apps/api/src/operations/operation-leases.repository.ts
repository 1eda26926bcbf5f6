import { isDeepStrictEqual } from 'node:util';
import type { Database, Queries } from '../db/database.ts';
import { GatheredWrites } from '../db/gathered-writes.ts';
import { Prisma } from '../db/generated/client.ts';
import { newItemRow, type NewItemPlace } from './item-rows.ts';
import type {
  ItemEnd,
  ItemResult,
  NewItem,
  OperationActor,
  OperationCluster,
  Params,
} from './operation-handler.ts';
import type { StoredInputs } from './stored-inputs.ts';

/** An operation taken by one process; every write names owner and fence, and is refused once somebody else has it. */
export interface Lease {
  id: string;
  kind: string;
  owner: string;
  fence: number;
  /** How often it was taken, this time included; a hand-over does not count. */
  attempt: number;
  cancelRequested: boolean;
  input: unknown;
  actor: OperationActor;
  cluster: OperationCluster | null;
}

export interface LeasedItem {
  id: string;
  target: string;
  input: unknown;
  /** When an earlier attempt began it. */
  begunAt: Date | null;
  /** Undefined where it has yet to be run. */
  end: ItemEnd | undefined;
}

type Write = (tx: Queries) => Promise<void>;

/** Longest text a step's parameter may be; the rest is cut. */
const paramLength = 300;
const openStates = ['queued', 'running'];
const itemColumns = {
  id: true,
  target: true,
  input: true,
  sealedInput: true,
  state: true,
  result: true,
  startedAt: true,
} as const;

/**
 * Leases on operations and the writes under them. Times are the database's, so that clocks of several machines need not
 * agree. Writes answer false when the lease belongs to somebody else.
 */
export class OperationLeases {
  readonly #database: Database;
  readonly #inputs: StoredInputs;
  readonly #leaseMs: number;
  /** Writes of one lease follow each other, for each locks the operation's row. */
  readonly #writes = new WeakMap<Lease, GatheredWrites<Write, boolean>>();

  constructor(database: Database, inputs: StoredInputs, leaseMs: number) {
    this.#database = database;
    this.#inputs = inputs;
    this.#leaseMs = leaseMs;
  }

  /** The oldest operation of these kinds that nobody works on; undefined where there is none. */
  async take(kinds: string[], owner: string): Promise<Lease | undefined> {
    if (kinds.length === 0) return undefined;
    return this.#database.transaction(async (tx) => {
      const [free] = await tx.$queryRaw<{ id: string }[]>`
        SELECT id FROM operations
        WHERE state IN ('queued', 'running') AND kind IN (${Prisma.join(kinds)})
          AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6))
        ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
      if (free === undefined) return undefined;
      await tx.$executeRaw`
        UPDATE operations
        SET state = 'running', lease_owner = ${owner}, lease_until = ${this.#leaseEnd()},
          fence = fence + 1, attempt = attempt + 1,
          started_at = COALESCE(started_at, UTC_TIMESTAMP(6)), updated_at = UTC_TIMESTAMP(6)
        WHERE id = ${free.id}`;
      return this.#leaseOf(await tx.operation.findUniqueOrThrow({ where: { id: free.id } }), owner);
    });
  }

  async renew(lease: Lease): Promise<{ cancelRequested: boolean } | undefined> {
    return this.#database.transaction(async (tx) => {
      const renewed = await tx.$executeRaw`
        UPDATE operations SET lease_until = ${this.#leaseEnd()}
        WHERE id = ${lease.id} AND fence = ${lease.fence} AND lease_owner = ${lease.owner}`;
      if (renewed === 0) return undefined;
      return tx.operation.findUniqueOrThrow({ where: { id: lease.id }, select: { cancelRequested: true } });
    });
  }

  /** Items of the upper level that have not ended, in order; those left `running` by a process that is gone included. */
  async openItems(lease: Lease): Promise<LeasedItem[]> {
    const rows = await this.#database.prisma.operationItem.findMany({
      where: { operationId: lease.id, parentId: null, state: { in: openStates } },
      orderBy: { position: 'asc' },
      select: itemColumns,
    });
    return rows.map((row) => this.#itemOf(row));
  }

  /** Whether an item of the upper level failed already, as in the process before this one. */
  async hasFailed(lease: Lease): Promise<boolean> {
    const failed = { operationId: lease.id, parentId: null, state: 'failed' };
    return (await this.#database.prisma.operationItem.count({ where: failed })) > 0;
  }

  /**
   * Adds those items that are not there yet to the operation, or to one of its items.
   * @returns what has been added, and what was there
   */
  async addItems(
    lease: Lease,
    place: NewItemPlace,
    items: NewItem<unknown>[],
  ): Promise<{ added: LeasedItem[]; before: LeasedItem[] } | false> {
    const where = { operationId: lease.id, parentId: place.parentId };
    let before: LeasedItem[] = [];
    let added: LeasedItem[] = [];
    const held = await this.#underFence(lease, async (tx) => {
      const there = await tx.operationItem.findMany({
        where,
        orderBy: { position: 'asc' },
        select: itemColumns,
      });
      before = there.map((row) => this.#itemOf(row));
      const missing = missingOf(before, items);
      added = [];
      if (missing.length === 0) return;
      const last = await tx.operationItem.aggregate({
        where: { operationId: lease.id },
        _max: { position: true },
      });
      const first = (last._max.position ?? -1) + 1;
      const rows = missing.map((item, index) =>
        newItemRow(this.#inputs, { ...place, operationId: lease.id, position: first + index }, item),
      );
      await tx.operationItem.createMany({ data: rows });
      if (place.parentId !== null)
        await tx.operationItem.update({ where: { id: place.parentId }, data: { hasChildren: true } });
      added = rows.map(({ id, target, state, result }, index) => {
        const end = state === 'queued' ? undefined : ({ state, result } as ItemEnd);
        return { id, target, input: missing[index]?.input, begunAt: null, end };
      });
    });
    return held && { added, before };
  }

  beginItem(lease: Lease, itemId: string, auditId: string): Promise<boolean> {
    return this.#underFence(lease, async (tx) => {
      await tx.$executeRaw`
        UPDATE operation_items
        SET state = 'running', audit_id = ${auditId}, started_at = COALESCE(started_at, UTC_TIMESTAMP(6))
        WHERE id = ${itemId}`;
    });
  }

  recordStep(lease: Lease, itemId: string, code: string, params: Params): Promise<boolean> {
    const cut = Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, paramLength) : value,
    ]);
    const step = JSON.stringify({ code, params: Object.fromEntries(cut) });
    return this.#underFence(lease, async (tx) => {
      await tx.$executeRaw`UPDATE operation_items SET step = ${step} WHERE id = ${itemId}`;
    });
  }

  endItem(lease: Lease, itemId: string, end: ItemEnd): Promise<boolean> {
    return this.#underFence(lease, async (tx) => {
      await tx.$executeRaw`
        UPDATE operation_items
        SET state = ${end.state}, result = ${JSON.stringify(end.result)}, ended_at = UTC_TIMESTAMP(6)
        WHERE id = ${itemId}`;
    });
  }

  /** Ends the operation: items that never had their turn become `rest`, the upper ones say how it went. Erases secrets. */
  finish(lease: Lease, rest: ItemEnd): Promise<boolean> {
    return this.#underFence(lease, async (tx) => {
      await tx.$executeRaw`
        UPDATE operation_items
        SET state = ${rest.state}, result = ${JSON.stringify(rest.result)}, ended_at = UTC_TIMESTAMP(6)
        WHERE operation_id = ${lease.id} AND state IN ('queued', 'running')`;
      await tx.$executeRaw`
        UPDATE operation_items SET sealed_input = NULL
        WHERE operation_id = ${lease.id} AND sealed_input IS NOT NULL`;
      const states = await tx.operationItem.groupBy({
        by: ['state'],
        where: { operationId: lease.id, parentId: null },
      });
      const state = endStateOf(new Set(states.map((group) => group.state)));
      await tx.$executeRaw`
        UPDATE operations
        SET state = ${state}, ended_at = UTC_TIMESTAMP(6), lease_owner = NULL, lease_until = NULL, sealed_input = NULL
        WHERE id = ${lease.id}`;
    });
  }

  /** Lets go of an unfinished operation, so that the next process need not wait for the lease to run out. */
  handOver(lease: Lease): Promise<boolean> {
    return this.#underFence(lease, async (tx) => {
      await tx.$executeRaw`
        UPDATE operations SET lease_owner = NULL, lease_until = NULL, attempt = attempt - 1 WHERE id = ${lease.id}`;
    });
  }

  #leaseEnd(): Prisma.Sql {
    return Prisma.sql`TIMESTAMPADD(MICROSECOND, ${this.#leaseMs * 1000}, UTC_TIMESTAMP(6))`;
  }

  #underFence(lease: Lease, write: Write): Promise<boolean> {
    const known = this.#writes.get(lease);
    const writes = known ?? new GatheredWrites<Write, boolean>((all) => this.#transact(lease, all));
    if (known === undefined) this.#writes.set(lease, writes);
    return writes.add(write);
  }

  /** The row stays locked until all is committed, so nobody can take the lease in between. */
  #transact(lease: Lease, writes: readonly Write[]): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const held = await tx.$executeRaw`
        UPDATE operations SET updated_at = UTC_TIMESTAMP(6)
        WHERE id = ${lease.id} AND fence = ${lease.fence} AND lease_owner = ${lease.owner}`;
      if (held === 0) return false;
      for (const write of writes) await write(tx);
      return true;
    });
  }

  #leaseOf(row: OperationRow, owner: string): Lease {
    const { id, kind, fence, attempt, cancelRequested } = row;
    return {
      id,
      kind,
      owner,
      fence,
      attempt,
      cancelRequested,
      input: this.#inputs.read('operations', row),
      actor: { userId: row.actorId, username: row.actor, address: row.address },
      cluster:
        row.clusterId === null || row.cluster === null ? null : { id: row.clusterId, name: row.cluster },
    };
  }

  #itemOf(row: ItemRow): LeasedItem {
    const { id, target, state } = row;
    const end = { state, result: row.result as unknown as ItemResult } as ItemEnd;
    return {
      id,
      target,
      input: this.#inputs.read('operation_items', row),
      begunAt: row.startedAt,
      end: openStates.includes(state) ? undefined : end,
    };
  }
}

type OperationRow = Prisma.OperationGetPayload<object>;
type ItemRow = Prisma.OperationItemGetPayload<{ select: typeof itemColumns }>;

/** Each once, as they will be read back: what JSON leaves out makes no difference. */
function missingOf(before: LeasedItem[], items: NewItem<unknown>[]): NewItem<unknown>[] {
  const known = new Map<string, unknown[]>();
  const note = (target: string, input: unknown) => known.set(target, [...(known.get(target) ?? []), input]);
  for (const { target, input } of before) note(target, input);
  return items.filter(({ target, input }) => {
    const plain: unknown = JSON.parse(JSON.stringify(input));
    if (known.get(target)?.some((other) => isDeepStrictEqual(other, plain))) return false;
    note(target, plain);
    return true;
  });
}

function endStateOf(itemStates: Set<string>): 'succeeded' | 'failed' | 'cancelled' {
  if (itemStates.has('cancelled')) return 'cancelled';
  return itemStates.has('failed') ? 'failed' : 'succeeded';
}
