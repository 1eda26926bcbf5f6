import type { Author } from '../../../authz/principal.ts';
import { isUniqueViolation } from '../../../db/database-error.ts';
import type { Queries } from '../../../db/database.ts';
import { AppError } from '../../../http/app-error.ts';
import type { Reconciler } from '../../../reconcile/reconciler.ts';
import type { ApplicationChanges } from '../application-changes.ts';
import type { ApplicationRepository } from '../application.repository.ts';
import { instanceAt, ownPlace, unitsAt } from '../instance-places.ts';
import type { InstancePlace, InstanceRepository, InstanceRow } from '../instance.repository.ts';
import { present, type InstanceRef } from '../instance.service.ts';
import { placeFor, type PlaceParts } from '../place-for.ts';
import type { SpecGuard } from '../spec-guard.ts';

interface InstanceMovesParts extends PlaceParts {
  applications: ApplicationRepository;
  instances: InstanceRepository;
  changes: ApplicationChanges;
  guard: SpecGuard;
  reconciler: Pick<Reconciler, 'want' | 'states' | 'abandon'>;
}

/** An instance that is in one place, and on its way to another. */
type Mover = InstanceRow & { movingTo: InstancePlace };

const field = 'body.namespaceId';

/**
 * The steps of a move. From {@link begin} on an instance is written in both places; {@link arrive} or {@link takeBack} ends
 * that, each in one transaction, and can be repeated harmlessly.
 */
export class InstanceMoves {
  readonly #parts: InstanceMovesParts;

  constructor(parts: InstanceMovesParts) {
    this.#parts = parts;
  }

  /**
   * An instance, and where it could be. Throws `notFound`, `beingRemoved`, `rolloutPaused`, `invalidField`,
   * `clusterNotRegistered`, `instanceMoving`, or `conflict` where its name is taken there.
   */
  async movable(
    { application, instance }: InstanceRef,
    namespaceId: string,
  ): Promise<{ row: InstanceRow; place: InstancePlace }> {
    const place = await placeFor(this.#parts, application, namespaceId);
    const row = await this.#parts.instances.find(instance);
    if (row === null || row.applicationId !== application) throw new AppError('notFound');
    await this.#requireMovable(row, place);
    return { row, place };
  }

  /**
   * Has an instance written where it moves to as well, unless it is already. Null where it is gone; else throws as
   * {@link movable} does, and what {@link SpecGuard} refuses of it there.
   */
  async begin(author: Author, ref: InstanceRef, to: string): Promise<InstanceRow | null> {
    const { instances, reconciler } = this.#parts;
    const place = await placeFor(this.#parts, ref.application, to);
    return this.#locked(ref, async (queries, row) => {
      if (row === null) return null;
      if (row.namespaceId === to || row.movingTo?.id === to) return row;
      await this.#requireMovable(row, place, queries);
      await this.#requireFields(author, instanceAt(row, place), queries);
      await instances.update(queries, row.id, { movingToId: to });
      await reconciler.want(queries, ...unitsAt(row, place));
      return { ...row, movingTo: place };
    });
  }

  /**
   * Has it be there, and no more where it was; as a new version, if that is the one that was seen to be ready there.
   * Nothing happens to one that has changed meanwhile.
   */
  async arrive(
    author: Author,
    ref: InstanceRef,
    { to, version, reason }: { to: string; version: number; reason: string },
  ): Promise<void> {
    const { changes, instances } = this.#parts;
    const change = { author: author.username, reason };
    try {
      await this.#locked(ref, async (queries, row) => {
        if (!isMoving(row, to) || row.version !== version) return;
        await this.#requireFields(author, instanceAt(row, row.movingTo), queries);
        await instances.arrive(queries, row, change);
        await changes.want(queries, [{ ...instanceAt(row, row.movingTo), movingTo: null }]);
        await this.#leave(queries, row, ownPlace(row));
      });
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: ref.instance }) : error;
    }
  }

  /** Has it be where it is only, unless it has arrived. */
  async takeBack(ref: InstanceRef, to: string): Promise<void> {
    await this.#locked(ref, async (queries, row) => {
      if (!isMoving(row, to)) return;
      await this.#parts.instances.update(queries, row.id, { movingToId: null });
      await this.#leave(queries, row, row.movingTo);
    });
  }

  /** Who changes an application's instances waits; null where it is gone, or goes. */
  #locked<T>(
    { application, instance }: InstanceRef,
    work: (queries: Queries, row: InstanceRow | null) => Promise<T>,
  ): Promise<T> {
    const { applications, changes, instances } = this.#parts;
    return changes.make(async (queries) => {
      await applications.lock(queries, application);
      const row = await instances.lock(queries, instance);
      const isHere = row?.applicationId === application && row.removedAt === null;
      return work(queries, isHere ? row : null);
    });
  }

  async #requireMovable(row: InstanceRow, place: InstancePlace, queries?: Queries): Promise<void> {
    const { name, movingTo } = present(row);
    if (row.isPaused) throw new AppError('rolloutPaused', { name });
    if (row.namespaceId === place.id)
      throw new AppError('invalidField', { field, reason: 'samePlace' }, field);
    if (place.clusterId === null) throw new AppError('clusterNotRegistered', { cluster: place.cluster });
    if (movingTo !== null) {
      const { cluster, namespace } = movingTo;
      throw new AppError('instanceMoving', { name, cluster, namespace });
    }
    if (await this.#parts.instances.isTaken(place.id, row.objectName, queries))
      throw new AppError('conflict', { what: name }, field);
  }

  async #requireFields(author: Author, there: InstanceRow, queries: Queries): Promise<void> {
    const { applications, guard } = this.#parts;
    const spec = await applications.spec(there.applicationId, there.applicationVersion, queries);
    await guard.require(author, there, spec);
  }

  /** Has what it has there taken away; where the cluster is not registered any more nobody can, and it is forgotten. */
  async #leave(queries: Queries, row: InstanceRow, place: InstancePlace): Promise<void> {
    const { reconciler } = this.#parts;
    if (place.clusterId !== null) {
      // what is shared there is needed until it is gone
      const own = unitsAt(row, place).filter(({ kind }) => kind === 'instance');
      return reconciler.want(queries, ...own);
    }
    for (const { clusterId, namespace, isRegistered } of await reconciler.states('instance', [row.id]))
      if (!isRegistered)
        await reconciler.abandon(queries, { kind: 'instance', ownerId: row.id, clusterId, namespace });
  }
}

function isMoving(row: InstanceRow | null, to: string): row is Mover {
  return row?.movingTo?.id === to;
}
