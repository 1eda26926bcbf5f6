import { createHmac } from 'node:crypto';
import type { KubernetesObject } from '@pilothouse/kinds';
import {
  applyObject,
  deleteObject,
  getObject,
  KubeError,
  type CallOptions,
  type ClusterConnection,
  type FieldConflict,
  type ObjectRef,
} from '@pilothouse/kube';
import { AppError } from '../http/app-error.ts';
import type { Queries } from '../db/database.ts';
import { LeaseLost, type LeaseKeeper } from '../operations/lease-keeper.ts';
import { areAdopted } from './adopted-fields.ts';
import { keepReplicas, ownReplicasBack } from './kept-replicas.ts';
import { keyOf, refOf, sameKey, type ObjectKey } from './object-key.ts';
import type { ObjectChanges, ObjectRow, ReconcileUnits, TakenUnit } from './reconcile-units.repository.ts';
import { ownerLabels, type Rendered } from './unit-source.ts';
import { appsManager, isSettled, isWorkload, ownedOf, statusWithoutPods } from './unit-status.ts';
import type { UnitStatus } from './unit-state.ts';

export interface RunParts {
  units: ReconcileUnits;
  connection: ClusterConnection;
  keeper: LeaseKeeper;
  /** What was applied is known again by it. */
  hashKey: Buffer;
  signal: AbortSignal;
  /** Between any two steps; tests end the process here. */
  onStep: (step: string) => void | Promise<void>;
}

/** Until the next look at a unit that is as it should be, and at one whose Pods are still being replaced. */
export const passMs = 600_000;
export const unsettledMs = 60_000;
/** Units that were applied together are not looked at together for ever. */
export const nextLookMs = (status: UnitStatus | null) =>
  (isSettled(status) ? passMs : unsettledMs) * (0.9 + Math.random() * 0.2);
/** Until the next look whether what was deleted is gone. */
const firstGoneMs = 1000;
const longestGoneMs = 30_000;

interface PlannedObject {
  object: KubernetesObject;
  key: ObjectKey;
  hash: string;
  row: ObjectRow;
  /** It was in the inventory before. */
  isKnown: boolean;
}

/** Foreground: it stays until its Pods are gone. */
const owners = new Set(['Deployment', 'CronJob', 'Job']);

/** Makes the cluster what one unit says, step by step; each can be repeated harmlessly after a sudden end. */
export class UnitRun {
  readonly #parts: RunParts;
  readonly #unit: TakenUnit;
  /** What has happened, whatever comes next. */
  readonly changes: ObjectChanges = { written: [], gone: [] };

  constructor(parts: RunParts, unit: TakenUnit) {
    this.#parts = parts;
    this.#unit = unit;
  }

  /** Applies what differs, takes away what is not rendered any more. Resolves with the workload's status. */
  async apply({ objects, version }: Rendered): Promise<UnitStatus | null> {
    const planned = await this.#plan(objects);
    let status = this.#unit.status;
    for (const one of planned) {
      const { row, hash, object } = one;
      const isSame = row.uid !== null && row.hash === hash;
      if (isSame && !this.#unit.isForced && !this.#unit.isDrifted) continue;
      const found = await this.#write(one, planned);
      const { uid = '', deletionTimestamp } = found.metadata ?? {};
      this.changes.written.push({ id: row.id, uid: uid.slice(0, 64), hash, owned: ownedOf(found) });
      if (deletionTimestamp !== undefined)
        throw new AppError('beingDeleted', { kind: one.key.kind, name: one.key.name });
      if (isWorkload(object)) status = statusWithoutPods(found, this.#unit.status);
      await this.#parts.onStep('applied');
    }
    const rows = this.#unit.objects.filter((row) => !planned.some(({ key }) => sameKey(key, row)));
    for (const row of rows.toReversed()) await this.#delete(row, false);
    await this.#parts.onStep('pruned');
    const nextMs = nextLookMs(status);
    await this.#fenced(
      this.#parts.units.applied(this.#unit, this.changes, { version: version ?? null, nextMs, status }),
    );
    await this.#parts.onStep('stored');
    return status;
  }

  /** Takes everything away; once all is gone the unit ends with what `removed` does. */
  async remove(removed: (queries: Queries) => Promise<void>): Promise<void> {
    const { units } = this.#parts;
    if (!this.#unit.isRemoving) await this.#fenced(units.markRemoving(this.#unit));
    await this.#parts.onStep('removing');
    let isWaiting = false;
    for (const row of this.#unit.objects.toReversed()) {
      await this.#delete(row, owners.has(row.kind));
      if (!this.changes.gone.includes(row.id)) isWaiting = true;
    }
    if (isWaiting) {
      const attempt = this.#unit.attempt + 1;
      const nextMs = Math.min(longestGoneMs, firstGoneMs * 1.3 ** attempt);
      const postponed = { error: null, attempt, nextMs };
      await this.#fenced(units.failed(this.#unit, this.changes, postponed));
      return;
    }
    await this.#parts.onStep('gone');
    await this.#fenced(units.end(this.#unit, removed));
    await this.#parts.onStep('stored');
  }

  /** Names in the inventory what is not there yet. */
  async #plan(objects: KubernetesObject[]): Promise<PlannedObject[]> {
    const { objects: rows } = this.#unit;
    const keyed = objects.map((object) => ({ object, key: keyOf(object), hash: this.#hashOf(object) }));
    const missing = keyed.filter(({ key }) => !rows.some((row) => sameKey(row, key))).map(({ key }) => key);
    const added =
      missing.length === 0 ? [] : await this.#fenced(this.#parts.units.noteObjects(this.#unit, missing));
    await this.#parts.onStep('noted');
    return keyed.map((one) => {
      const known = rows.find((row) => sameKey(row, one.key));
      const row = known ?? added.find((other) => sameKey(other, one.key));
      if (row === undefined) throw new Error('An object without its row');
      return { ...one, row, isKnown: known !== undefined };
    });
  }

  async #write(one: PlannedObject, all: PlannedObject[]): Promise<KubernetesObject> {
    const { row, key } = one;
    if (row.uid === null) return this.#create(one);
    const { connection } = this.#parts;
    const hasScaler = all.some(({ key: other }) => other.kind === 'HorizontalPodAutoscaler');
    const ref = refOf(key, this.#unit.ref.namespace);
    if (hasScaler) await keepReplicas(connection, ref, one.object, row.uid, this.#call());
    const found = await this.#applied(one, { uid: row.uid }, hasScaler);
    if (found !== null) return found;
    // another has its name, or nobody
    await this.#fenced(this.#parts.units.forgetUid(this.#unit, row.id));
    return this.#create({ ...one, row: { ...row, uid: null }, isKnown: false });
  }

  /** Writes it where nothing has its name, or what an attempt before this one has made. */
  async #create(one: PlannedObject): Promise<KubernetesObject> {
    const { connection } = this.#parts;
    const { key, isKnown } = one;
    // no object has this version: whatever is there already is a conflict, and stays as it is
    const made = await this.#applied(one, { resourceVersion: '1' }, false, true);
    if (made !== null) return made;
    const ref = refOf(key, this.#unit.ref.namespace);
    const there = await getObject<KubernetesObject>(connection, ref, this.#call());
    const { uid = '', labels = {} } = there.metadata ?? {};
    const isOurs = isKnown && labels[ownerLabels[this.#unit.ref.kind]] === this.#unit.ref.ownerId;
    if (!isOurs) throw new AppError('nameTaken', { kind: key.kind, name: key.name });
    const found = await this.#applied(one, { uid }, false);
    if (found !== null) return found;
    throw new AppError('nameTaken', { kind: key.kind, name: key.name });
  }

  /** Null where what is there is not what the precondition says. Throws `reconcileConflict`. */
  async #applied(
    { object, key }: PlannedObject,
    precondition: { uid: string } | { resourceVersion: string },
    hasScaler: boolean,
    isNew = false,
  ): Promise<KubernetesObject | null> {
    const { connection, keeper } = this.#parts;
    const { namespace } = this.#unit.ref;
    const document = { ...object, metadata: { ...object.metadata, namespace, ...precondition } };
    const ref = refOf(key, namespace);
    const options = { fieldManager: appsManager, ...this.#call() } as const;
    try {
      keeper.assertHeld();
      const force = this.#unit.isForced && !isNew;
      let result = await applyObject<KubernetesObject>(connection, ref, document, { ...options, force });
      if ('conflicts' in result && !isNew && (await this.#isOwn(ref, result.conflicts, hasScaler)))
        result = await applyObject<KubernetesObject>(connection, ref, document, { ...options, force: true });
      if ('object' in result) return result.object;
      if (isNew) return null;
      const [first] = result.conflicts;
      throw new AppError('reconcileConflict', {
        manager: first?.manager ?? '?',
        field: first?.field ?? '?',
        kind: key.kind,
        name: key.name,
      });
    } catch (error) {
      if (isAnother(error, key.name)) return null;
      throw error;
    }
  }

  /** Whether all that is in the way is the unit's own, whoever wrote it. */
  async #isOwn(ref: ObjectRef, conflicts: FieldConflict[], hasScaler: boolean): Promise<boolean> {
    if (ownReplicasBack(conflicts, hasScaler)) return true;
    const { connection } = this.#parts;
    return areAdopted(conflicts, await getObject<KubernetesObject>(connection, ref, this.#call()));
  }

  /** Deletes what is the unit's own; where it is gone, or another by now, its row goes. */
  async #delete(row: ObjectRow, waits: boolean): Promise<void> {
    const { connection, keeper } = this.#parts;
    const ref = refOf(row, this.#unit.ref.namespace);
    const uid = row.uid ?? (await this.#ownUid(row));
    if (uid !== null) {
      keeper.assertHeld();
      const propagationPolicy = waits ? 'Foreground' : 'Background';
      const isGone = await deleteObject(connection, ref, { uid, propagationPolicy, ...this.#call() }).then(
        (answer) => answer.kind === 'Status' || !waits,
        (error: unknown) => {
          if (error instanceof KubeError && (error.is(404) || error.is(409))) return true;
          throw error;
        },
      );
      await this.#parts.onStep('deleted');
      if (!isGone) return;
    }
    this.changes.gone.push(row.id);
  }

  /** Of an object that was about to be written, and is there; null where it is not, or is another's. */
  async #ownUid(row: ObjectRow): Promise<string | null> {
    const ref = refOf(row, this.#unit.ref.namespace);
    try {
      const { metadata } = await getObject<KubernetesObject>(this.#parts.connection, ref, this.#call());
      const isOurs = metadata?.labels?.[ownerLabels[this.#unit.ref.kind]] === this.#unit.ref.ownerId;
      return isOurs ? (metadata?.uid ?? null) : null;
    } catch (error) {
      if (error instanceof KubeError && error.is(404)) return null;
      throw error;
    }
  }

  #call(): CallOptions {
    return { signal: this.#parts.signal, priority: 'background' };
  }

  #hashOf(object: KubernetesObject): string {
    return createHmac('sha256', this.#parts.hashKey).update(JSON.stringify(object)).digest('hex');
  }

  /** A write that the fence refused means that this process is no longer the one. */
  async #fenced<T>(write: Promise<T | false>): Promise<T> {
    const result = await write;
    if (result !== false) return result;
    this.#parts.keeper.lose();
    throw new LeaseLost();
  }
}

/** Whether a write was refused because the object that is there, if any, is not the one that was meant. */
function isAnother(error: unknown, name: string): boolean {
  if (!(error instanceof KubeError)) return false;
  const { reason = '', details } = error.statusObject ?? {};
  if (error.is(422)) return (details?.causes ?? []).some(({ field }) => field === 'metadata.uid');
  // a quota that several count on at once says Conflict as well, under its own name
  const isOwn = details?.name === name && details.kind !== 'resourcequotas';
  return error.is(409) && isOwn && (reason === 'Conflict' || reason === 'AlreadyExists');
}
