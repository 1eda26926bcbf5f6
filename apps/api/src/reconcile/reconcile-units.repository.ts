import type { Database, Queries } from '../db/database.ts';
import { Prisma } from '../db/generated/client.ts';
import { newId } from '../db/ids.ts';
import type { ObjectKey } from './object-key.ts';
import type { UnitKind, UnitPlace, UnitRef } from './unit-source.ts';
import type { DriftedField, UnitError, UnitStatus } from './unit-state.ts';

/** A unit taken by one process; every write names owner and fence, and is refused once somebody else has it. */
export interface UnitLease {
  id: string;
  owner: string;
  fence: number;
}

/** A unit as it was when it was taken. */
export interface TakenUnit extends UnitLease {
  ref: UnitRef;
  wanted: number;
  isForced: boolean;
  applied: number | null;
  isRemoving: boolean;
  attempt: number;
  hasError: boolean;
  isDrifted: boolean;
  status: UnitStatus | null;
  objects: ObjectRow[];
}

/** An object that the unit has in its cluster, or is about to make there. */
export interface ObjectRow extends ObjectKey {
  id: string;
  /** Null: about to be written; whether it was is not known. */
  uid: string | null;
  hash: string | null;
  owned: string | null;
}

/** What became of objects in a cluster. */
export interface ObjectChanges {
  written: Pick<ObjectRow, 'id' | 'uid' | 'hash' | 'owned'>[];
  /** Ids of rows whose objects are gone. */
  gone: string[];
}

/** What a look at the cluster found. */
export interface Finding {
  status: UnitStatus | null;
  drift: DriftedField[];
}

type Write = (tx: Queries) => Promise<void>;
type UnitColumns = Omit<Prisma.ReconcileUnitUpdateManyMutationInput, 'fence' | 'leaseOwner'>;

const noLease = { leaseOwner: null, leaseUntil: null };
const inMs = (ms: number) =>
  Prisma.sql`TIMESTAMPADD(MICROSECOND, ${Math.round(ms * 1000)}, UTC_TIMESTAMP(6))`;

/** Units, leases on them and their inventories. Times are the database's, so that clocks of several machines need not agree. */
export class ReconcileUnits {
  readonly #database: Database;
  readonly #leaseMs: number;

  constructor(database: Database, leaseMs: number) {
    this.#database = database;
    this.#leaseMs = leaseMs;
  }

  /** Makes units, or has them looked at now; `isForced` stays until what is wanted now is applied. */
  async want(queries: Queries, units: readonly UnitRef[], isForced: boolean): Promise<void> {
    if (units.length === 0) return;
    const rows = units.map(
      ({ kind, ownerId, clusterId, namespace }) => Prisma.sql`
        (${newId()}, ${kind}, ${ownerId}, ${clusterId}, ${namespace}, 1, ${isForced}, FALSE, UTC_TIMESTAMP(6), 0, 0)`,
    );
    await queries.$executeRaw`
      INSERT INTO reconcile_units
        (id, kind, owner_id, cluster_id, namespace, wanted, is_forced, is_removing, due_at, fence, attempt)
      VALUES ${Prisma.join(rows)}
      ON DUPLICATE KEY UPDATE wanted = wanted + 1, is_forced = is_forced OR VALUES(is_forced),
        attempt = 0, due_at = UTC_TIMESTAMP(6)`;
  }

  /** Has all units of a namespace written anew. */
  async wantAllIn(queries: Queries, { clusterId, namespace }: UnitPlace): Promise<void> {
    await queries.$executeRaw`
      UPDATE reconcile_units SET wanted = wanted + 1, attempt = 0, due_at = UTC_TIMESTAMP(6)
      WHERE cluster_id = ${clusterId} AND namespace = ${namespace}`;
  }

  /** What is different in the cluster is only this any more: the rest is wanted so. */
  async adopted(
    queries: Queries,
    { kind, ownerId, clusterId, namespace }: UnitRef,
    drift: DriftedField[],
  ): Promise<void> {
    await queries.reconcileUnit.updateMany({
      where: { kind, ownerId, clusterId, namespace },
      data: { drift: drift.length === 0 ? Prisma.DbNull : jsonOf(drift) },
    });
  }

  /** Forgets units with their inventories. */
  async abandon(queries: Queries, unit: Pick<UnitRef, 'kind' | 'ownerId'> & Partial<UnitRef>): Promise<void> {
    const { kind, ownerId, clusterId, namespace } = unit;
    await queries.reconcileUnit.deleteMany({
      where: {
        kind,
        ownerId,
        ...(clusterId !== undefined && { clusterId }),
        ...(namespace !== undefined && { namespace }),
      },
    });
  }

  /** Whether a unit of these clusters is due that nobody works on. */
  async hasDue(clusterIds: string[]): Promise<boolean> {
    const rows = await this.#database.prisma.$queryRaw<unknown[]>`
      SELECT id FROM reconcile_units
      WHERE due_at <= UTC_TIMESTAMP(6) AND cluster_id IN (${Prisma.join(clusterIds)})
        AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6)) LIMIT 1`;
    return rows.length > 0;
  }

  /** Takes units that are due, the longest waiting first; of each cluster no more than `room` says. */
  async take(owner: string, room: ReadonlyMap<string, number>, most: number): Promise<TakenUnit[]> {
    return this.#database.transaction(async (tx) => {
      const due = await tx.$queryRaw<{ id: string; cluster_id: string }[]>`
        SELECT id, cluster_id FROM reconcile_units
        WHERE due_at <= UTC_TIMESTAMP(6) AND cluster_id IN (${Prisma.join([...room.keys()])})
          AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6))
        ORDER BY due_at LIMIT ${most * 4} FOR UPDATE SKIP LOCKED`;
      const left = new Map(room);
      const ids: string[] = [];
      for (const { id, cluster_id: cluster } of due) {
        const free = left.get(cluster) ?? 0;
        if (free === 0 || ids.length >= most) continue;
        left.set(cluster, free - 1);
        ids.push(id);
      }
      return this.#lease(tx, ids, owner);
    });
  }

  /**
   * Takes along what is of the same kind, in the same namespace, as it should be as far as is known, and due for a look
   * soon: one list tells of all of them.
   */
  async takeSiblings(unit: TakenUnit, withinMs: number, most: number): Promise<TakenUnit[]> {
    const { kind, clusterId, namespace } = unit.ref;
    return this.#database.transaction(async (tx) => {
      const rows = await tx.$queryRaw<{ id: string }[]>`
        SELECT id FROM reconcile_units
        WHERE cluster_id = ${clusterId} AND kind = ${kind} AND namespace = ${namespace}
          AND due_at <= ${inMs(withinMs)} AND applied = wanted AND is_removing = FALSE AND error IS NULL
          AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6))
        ORDER BY due_at LIMIT ${most} FOR UPDATE SKIP LOCKED`;
      const ids = rows.map(({ id }) => id);
      return this.#lease(tx, ids, unit.owner);
    });
  }

  async renew({ id, owner, fence }: UnitLease): Promise<{ cancelRequested: boolean } | undefined> {
    const renewed = await this.#database.prisma.$executeRaw`
      UPDATE reconcile_units SET lease_until = ${inMs(this.#leaseMs)}
      WHERE id = ${id} AND fence = ${fence} AND lease_owner = ${owner}`;
    return renewed === 0 ? undefined : { cancelRequested: false };
  }

  /** Names objects before the cluster is asked, so that whatever happens they are found again. False: the lease is lost. */
  noteObjects(lease: UnitLease, keys: ObjectKey[]): Promise<ObjectRow[] | false> {
    const rows = keys.map((key) => ({ id: newId(), ...key, uid: null, hash: null, owned: null }));
    const write: Write = async (tx) => {
      await tx.reconciledObject.createMany({ data: rows.map((row) => ({ ...row, unitId: lease.id })) });
    };
    return this.#underFence(lease, {}, write).then((held) => held && rows);
  }

  /** It is not what it was: another has its name, or nobody. */
  forgetUid(lease: UnitLease, objectId: string): Promise<boolean> {
    return this.#underFence(lease, {}, async (tx) => {
      await tx.reconciledObject.updateMany({
        where: { id: objectId },
        data: { uid: null, hash: null, owned: null },
      });
    });
  }

  markRemoving(lease: UnitLease): Promise<boolean> {
    return this.#underFence(lease, { isRemoving: true, drift: Prisma.DbNull });
  }

  /** What the cluster has now is what was wanted when the unit was taken. */
  applied(
    unit: TakenUnit,
    changes: ObjectChanges,
    { version, nextMs, status }: { version: number | null; nextMs: number; status: UnitStatus | null },
  ): Promise<boolean> {
    const columns: UnitColumns = {
      applied: unit.wanted,
      appliedVersion: version,
      isRemoving: false,
      attempt: 0,
      error: Prisma.DbNull,
      drift: Prisma.DbNull,
      status: jsonOf(status),
      ...noLease,
    };
    return this.#underFence(unit, columns, async (tx) => {
      await changeObjects(tx, changes);
      await tx.$executeRaw`
        UPDATE reconcile_units
        SET due_at = IF(wanted = ${unit.wanted}, ${inMs(nextMs)}, due_at),
          is_forced = IF(wanted = ${unit.wanted}, FALSE, is_forced),
          applied_at = UTC_TIMESTAMP(6), checked_at = UTC_TIMESTAMP(6)
        WHERE id = ${unit.id}`;
    });
  }

  /** It did not come about, or not all of it. */
  failed(
    unit: TakenUnit,
    changes: ObjectChanges,
    { error, attempt, nextMs }: { error: UnitError | null; attempt: number; nextMs: number },
  ): Promise<boolean> {
    return this.#underFence(unit, { error: jsonOf(error), attempt, ...noLease }, async (tx) => {
      await changeObjects(tx, changes);
      await postpone(tx, unit, nextMs);
    });
  }

  /** What a look at the cluster found, without a change of anything there. */
  checked(unit: TakenUnit, { status, drift }: Finding, nextMs: number): Promise<boolean> {
    const columns: UnitColumns = {
      status: jsonOf(status),
      drift: drift.length === 0 ? Prisma.DbNull : jsonOf(drift),
      attempt: 0,
      error: Prisma.DbNull,
      ...noLease,
    };
    return this.#underFence(unit, columns, async (tx) => {
      await tx.$executeRaw`UPDATE reconcile_units SET checked_at = UTC_TIMESTAMP(6) WHERE id = ${unit.id}`;
      await postpone(tx, unit, nextMs);
    });
  }

  /** All that was looked at is as it was. Of those that are somebody else's by now nothing is written. */
  async unchanged(units: readonly TakenUnit[], nextMs: number): Promise<void> {
    if (units.length === 0) return;
    const held = units.map(({ id, fence, owner }) => Prisma.sql`(${id}, ${fence}, ${owner})`);
    await this.#database.prisma.$executeRaw`
      UPDATE reconcile_units
      SET checked_at = UTC_TIMESTAMP(6), due_at = IF(wanted = applied, ${inMs(nextMs)}, due_at),
        lease_owner = NULL, lease_until = NULL
      WHERE (id, fence, lease_owner) IN (${Prisma.join(held)})`;
  }

  /** Ends the unit with what `removed` does, unless it is wanted again: then it is due. False: the lease is lost. */
  end(unit: TakenUnit, removed: Write): Promise<boolean> {
    return this.#underFence(unit, noLease, async (tx) => {
      const { wanted } = await tx.reconcileUnit.findUniqueOrThrow({ where: { id: unit.id } });
      if (wanted !== unit.wanted) return;
      await removed(tx);
      await tx.reconcileUnit.deleteMany({ where: { id: unit.id } });
    });
  }

  /** Has units looked at now. */
  async hasten(ids: string[], withinMs = 0): Promise<void> {
    if (ids.length === 0) return;
    await this.#database.prisma.$executeRaw`
      UPDATE reconcile_units SET due_at = LEAST(due_at, ${inMs(withinMs)}) WHERE id IN (${Prisma.join(ids)})`;
  }

  /**
   * What a watch says of a unit; where its objects are being changed, whoever does that says it himself. What is as it
   * should be (`restMs`) needs no look so soon, unless somebody wants one now.
   */
  async told(
    { id, fence }: Pick<UnitLease, 'id' | 'fence'>,
    status: UnitStatus,
    restMs: number | null,
  ): Promise<boolean> {
    const due =
      restMs === null
        ? Prisma.sql`due_at`
        : Prisma.sql`IF(due_at > UTC_TIMESTAMP(6) AND applied = wanted AND error IS NULL AND drift IS NULL,
            GREATEST(due_at, ${inMs(restMs)}), due_at)`;
    const changed = await this.#database.prisma.$executeRaw`
      UPDATE reconcile_units
      SET status = ${JSON.stringify(status)}, checked_at = UTC_TIMESTAMP(6), due_at = ${due}
      WHERE id = ${id} AND fence = ${fence}`;
    return changed > 0;
  }

  /** They are still what is known of them. */
  async seen(ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#database.prisma.$executeRaw`
      UPDATE reconcile_units SET checked_at = UTC_TIMESTAMP(6) WHERE id IN (${Prisma.join(ids)})`;
  }

  states(where: { kind?: UnitKind; ownerIds?: string[]; ids?: string[]; place?: UnitPlace }) {
    const { kind, ownerIds, ids, place } = where;
    return this.#database.prisma.reconcileUnit.findMany({
      where: {
        ...(kind !== undefined && { kind }),
        ...(ownerIds !== undefined && { ownerId: { in: ownerIds } }),
        ...(ids !== undefined && { id: { in: ids } }),
        ...place,
      },
      include: { objects: { orderBy: { id: 'asc' } } },
    });
  }

  find({ kind, ownerId, clusterId, namespace }: UnitRef) {
    return this.#database.prisma.reconcileUnit.findFirst({
      where: { kind, ownerId, clusterId, namespace },
      include: { objects: true },
    });
  }

  /** Clusters that did not answer when they were last asked, with the reason. */
  async unreachable(clusterIds: string[]): Promise<Map<string, string>> {
    const rows = await this.#database.prisma.clusterHealth.findMany({
      where: { clusterId: { in: clusterIds }, ok: false },
      select: { clusterId: true, reason: true },
    });
    return new Map(rows.map(({ clusterId, reason }) => [clusterId, reason ?? 'unreachable']));
  }

  /** How many units are due, and how many could not be applied. */
  async counts(): Promise<{ due: number; failing: number }> {
    const [row] = await this.#database.prisma.$queryRaw<{ due: bigint | null; failing: bigint | null }[]>`
      SELECT SUM(due_at <= UTC_TIMESTAMP(6)) AS due, SUM(error IS NOT NULL) AS failing FROM reconcile_units`;
    return { due: Number(row?.due ?? 0), failing: Number(row?.failing ?? 0) };
  }

  async #lease(tx: Queries, ids: string[], owner: string): Promise<TakenUnit[]> {
    if (ids.length === 0) return [];
    await tx.$executeRaw`
      UPDATE reconcile_units
      SET lease_owner = ${owner}, lease_until = ${inMs(this.#leaseMs)}, fence = fence + 1
      WHERE id IN (${Prisma.join(ids)})`;
    const rows = await tx.reconcileUnit.findMany({ where: { id: { in: ids } }, include: { objects: true } });
    return rows.map((row) => takenUnit(row, owner));
  }

  /** The row stays locked until all is committed, so nobody can take it in between. */
  #underFence({ id, owner, fence }: UnitLease, columns: UnitColumns, write?: Write): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const [held] = await tx.$queryRaw<unknown[]>`
        SELECT id FROM reconcile_units WHERE id = ${id} AND fence = ${fence} AND lease_owner = ${owner} FOR UPDATE`;
      if (held === undefined) return false;
      if (Object.keys(columns).length > 0)
        await tx.reconcileUnit.updateMany({ where: { id }, data: columns });
      await write?.(tx);
      return true;
    });
  }
}

type UnitRow = Prisma.ReconcileUnitGetPayload<{ include: { objects: true } }>;
export type StoredUnit = UnitRow;

function takenUnit(row: UnitRow, owner: string): TakenUnit {
  const { id, kind, ownerId, clusterId, namespace, wanted, isForced, applied, isRemoving, attempt } = row;
  return {
    id,
    owner,
    fence: row.fence,
    ref: { kind: kind as UnitKind, ownerId, clusterId: clusterId ?? '', namespace },
    wanted,
    isForced,
    applied,
    isRemoving,
    attempt,
    hasError: row.error !== null,
    isDrifted: row.drift !== null,
    status: row.status as UnitStatus | null,
    objects: row.objects.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

async function changeObjects(tx: Queries, { written, gone }: ObjectChanges): Promise<void> {
  for (const { id, ...data } of written) await tx.reconciledObject.updateMany({ where: { id }, data });
  if (gone.length > 0) await tx.reconciledObject.deleteMany({ where: { id: { in: gone } } });
}

/** What is wanted anew meanwhile stays due now. */
async function postpone(tx: Queries, { id, wanted }: TakenUnit, ms: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE reconcile_units SET due_at = ${inMs(ms)} WHERE id = ${id} AND wanted = ${wanted}`;
}

/** Database null, not JSON's. */
function jsonOf(value: object | null) {
  return value === null ? Prisma.DbNull : (value as Prisma.InputJsonValue);
}
