import type { Database, Queries } from '../db/database.ts';
import { Prisma } from '../db/generated/client.ts';
import type { ItemResult, OperationActor, OperationCluster } from './operation-handler.ts';

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
}

export interface ItemEnd {
  state: 'succeeded' | 'skipped' | 'failed' | 'cancelled';
  result: ItemResult;
}

/** Longest text a step may be; the rest is cut. */
const stepLength = 512;

/**
 * Leases on operations and the writes under them. Times are the database's, so that clocks of several machines need not
 * agree. Writes answer false when the lease belongs to somebody else.
 */
export class OperationLeases {
  readonly #database: Database;
  readonly #leaseMs: number;

  constructor(database: Database, leaseMs: number) {
    this.#database = database;
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
      return leaseOf(await tx.operation.findUniqueOrThrow({ where: { id: free.id } }), owner);
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

  /** Items that have not ended, in order; those left `running` by a process that is gone included. */
  async openItems(lease: Lease): Promise<LeasedItem[]> {
    return this.#database.prisma.operationItem.findMany({
      where: { operationId: lease.id, state: { in: ['queued', 'running'] } },
      orderBy: { position: 'asc' },
      select: { id: true, target: true, input: true },
    });
  }

  /** Whether an item failed already, as in the process before this one. */
  async hasFailed(lease: Lease): Promise<boolean> {
    const failed = { operationId: lease.id, state: 'failed' };
    return (await this.#database.prisma.operationItem.count({ where: failed })) > 0;
  }

  beginItem(lease: Lease, itemId: string, auditId: string): Promise<boolean> {
    return this.#underFence(lease, async (tx) => {
      await tx.$executeRaw`
        UPDATE operation_items
        SET state = 'running', audit_id = ${auditId}, started_at = COALESCE(started_at, UTC_TIMESTAMP(6))
        WHERE id = ${itemId}`;
    });
  }

  recordStep(lease: Lease, itemId: string, text: string): Promise<boolean> {
    return this.#underFence(lease, async (tx) => {
      await tx.$executeRaw`
        UPDATE operation_items SET step = ${text.slice(0, stepLength)} WHERE id = ${itemId}`;
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

  /** Ends the operation: items that never had their turn become `rest`, the items say how it went. */
  finish(lease: Lease, rest: ItemEnd): Promise<boolean> {
    return this.#underFence(lease, async (tx) => {
      await tx.$executeRaw`
        UPDATE operation_items
        SET state = ${rest.state}, result = ${JSON.stringify(rest.result)}, ended_at = UTC_TIMESTAMP(6)
        WHERE operation_id = ${lease.id} AND state IN ('queued', 'running')`;
      const states = await tx.operationItem.groupBy({ by: ['state'], where: { operationId: lease.id } });
      const state = endStateOf(new Set(states.map((group) => group.state)));
      await tx.$executeRaw`
        UPDATE operations
        SET state = ${state}, ended_at = UTC_TIMESTAMP(6), lease_owner = NULL, lease_until = NULL
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

  /** The row stays locked until the write is committed, so nobody can take the lease in between. */
  async #underFence(lease: Lease, write: (tx: Queries) => Promise<void>): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const held = await tx.$executeRaw`
        UPDATE operations SET updated_at = UTC_TIMESTAMP(6)
        WHERE id = ${lease.id} AND fence = ${lease.fence} AND lease_owner = ${lease.owner}`;
      if (held === 0) return false;
      await write(tx);
      return true;
    });
  }
}

function leaseOf(row: OperationRow, owner: string): Lease {
  const { id, kind, fence, attempt, cancelRequested, input } = row;
  return {
    id,
    kind,
    owner,
    fence,
    attempt,
    cancelRequested,
    input,
    actor: { userId: row.actorId, username: row.actor, address: row.address },
    cluster: row.clusterId === null || row.cluster === null ? null : { id: row.clusterId, name: row.cluster },
  };
}

type OperationRow = Prisma.OperationGetPayload<object>;

function endStateOf(itemStates: Set<string>): 'succeeded' | 'failed' | 'cancelled' {
  if (itemStates.has('cancelled')) return 'cancelled';
  return itemStates.has('failed') ? 'failed' : 'succeeded';
}
