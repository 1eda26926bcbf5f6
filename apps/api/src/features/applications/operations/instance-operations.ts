import type { endpoints, InputOf } from '@pilothouse/contract';
import type { Authoriser } from '../../../authz/authoriser.ts';
import { AppError } from '../../../http/app-error.ts';
import type { OperationActor } from '../../../operations/operation-handler.ts';
import type { Operations } from '../../../operations/operations.ts';
import type { ApplicationRepository } from '../application.repository.ts';
import type { InstanceRepository, InstanceRow } from '../instance.repository.ts';
import { instanceAt, ownPlace } from '../instance-places.ts';
import type { InstanceRef } from '../instance.service.ts';
import type { InstanceMoves } from '../moves/instance-moves.ts';
import { moveKind, type MoveInput, type MoveItem } from '../moves/move-handler.ts';
import type { SpecGuard } from '../spec-guard.ts';
import type { BatchInput, BatchItem } from './batch-handler.ts';
import { authorOf, type InstanceItem } from './instance-item.ts';
import type { RollOutInput } from './roll-out-handler.ts';

type Batch = InputOf<typeof endpoints.batchInstances>['body'];
type RollOut = InputOf<typeof endpoints.rollOutApplication>['body'];
type Move = InputOf<typeof endpoints.moveInstance>['body'];

/** By the action; translated by the SPA as `operation.instances.<action>`. */
export const batchKindOf = (action: Batch['change']['action']) => `instances.${action}`;
export const rollOutKind = 'applications.rollOut';

interface InstanceOperationsParts {
  authoriser: Pick<Authoriser, 'policies'>;
  operations: Operations;
  applications: ApplicationRepository;
  instances: InstanceRepository;
  moves: InstanceMoves;
  guard: SpecGuard;
}

/** Starts what is done to several instances, or takes its time. */
export class InstanceOperations {
  readonly #parts: InstanceOperationsParts;

  constructor(parts: InstanceOperationsParts) {
    this.#parts = parts;
  }

  /** Returns the operation. Throws `invalidField` for an instance that is not the application's. */
  async batch(actor: OperationActor, application: string, body: Batch): Promise<string> {
    const { change, rolledOut, deadlineSeconds } = body;
    const rows = await this.#chosen(application, body.instances);
    const restartedAt = change.action === 'restart' ? new Date().toISOString() : null;
    const items = await this.#items(application, rows);
    return this.#parts.operations.submit<BatchInput, BatchItem>({
      kind: batchKindOf(change.action),
      input: { application, change, rolledOut, deadlineSeconds },
      items: items.map(({ target, input }) => ({ target, input: { ...input, restartedAt } })),
      actor,
      cluster: null,
    });
  }

  /** As {@link batch}; throws `notFound` without such a version, and what {@link SpecGuard} refuses of any of them. */
  async rollOut(actor: OperationActor, application: string, body: RollOut): Promise<string> {
    const { applications, guard, operations } = this.#parts;
    const { version, atOnce, deadlineSeconds, reason } = body;
    const rows = await this.#chosen(application, body.instances);
    const newest = (await applications.rows([application])).get(application)?.version ?? 0;
    if (version > newest) throw new AppError('notFound');
    await guard.require(authorOf(actor), rows, await applications.spec(application, version));
    return operations.submit<RollOutInput, InstanceItem>({
      kind: rollOutKind,
      input: { application, version, atOnce, deadlineSeconds, reason },
      items: await this.#items(application, rows),
      actor,
      cluster: null,
    });
  }

  /** As {@link batch}; throws as {@link InstanceMoves.movable} does, and what {@link SpecGuard} refuses of it there. */
  async move(actor: OperationActor, ref: InstanceRef, body: Move): Promise<string> {
    const { applications, guard, moves, operations } = this.#parts;
    const { namespaceId: to, deadlineSeconds, reason } = body;
    const { application } = ref;
    const { row, place } = await moves.movable(ref, to);
    const spec = await applications.spec(application, row.applicationVersion);
    await guard.require(authorOf(actor), instanceAt(row, place), spec);
    const { id: _id, ...from } = ownPlace(row);
    const items = await this.#items(application, [row]);
    const { cluster, namespace } = place;
    return operations.submit<MoveInput, MoveItem>({
      kind: moveKind,
      input: { application, to, place: `${cluster}/${namespace}`, deadlineSeconds, reason },
      items: items.map(({ target, input }) => ({ target, input: { ...input, from } })),
      actor,
      cluster: { id: place.clusterId ?? '', name: cluster },
    });
  }

  /** In the order of the ids. */
  async #chosen(application: string, ids: readonly string[]): Promise<InstanceRow[]> {
    const all = await this.#parts.instances.list({ applicationId: application });
    const rows = new Map(all.map((row) => [row.id, row]));
    return ids.map((id, index) => {
      const row = rows.get(id);
      if (row !== undefined) return row;
      const field = `body.instances.${index}`;
      throw new AppError('invalidField', { field, reason: 'unknown' }, field);
    });
  }

  async #items(
    application: string,
    rows: readonly InstanceRow[],
  ): Promise<{ target: string; input: InstanceItem }[]> {
    const path = (await this.#parts.authoriser.policies()).tree.pathOf(application);
    return rows.map(({ id, name, cluster, namespace }) => ({
      target: `${name} (${cluster}/${namespace})`,
      input: { instance: id, name: `${path}/${name}` },
    }));
  }
}
