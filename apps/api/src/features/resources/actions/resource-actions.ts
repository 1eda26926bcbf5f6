import {
  actions,
  type ActionId,
  type ActionTarget,
  type LongActionId,
  type QuickActionId,
} from '@pilothouse/contract';
import { runPool } from '../../../operations/item-pool.ts';
import type { NewItem, OperationActor } from '../../../operations/operation-handler.ts';
import type { Operations } from '../../../operations/operations.ts';
import { servedKind, type FindCluster, type ServedKind } from '../resource-cluster.ts';
import type { Writer } from '../writer.ts';
import { act, checkAction, subjectOf, type ActionCall } from './act.ts';
import type { ActionOutcome } from './action-implementation.ts';
import { batchHandler, batchKind, type BatchInput } from './action-operations.ts';
import { resolvedItem, type BatchItem } from './resolved-item.ts';
import { implementations } from './index.ts';
import type { LongAction, LongActions } from './long-action.ts';

interface CollectionRef {
  cluster: string;
  group: string;
  plural: string;
}
interface Many {
  targets: ActionTarget[];
  parameters: unknown;
}

/** Objects looked at at once where what will be written depends on them. */
const resolvers = 10;

/** Actions: on one object at once, on many as an operation. */
export class ResourceActions {
  readonly #find: FindCluster;
  readonly #operations: Pick<Operations, 'submit'>;
  readonly #writer: Writer;
  readonly #long: LongActions;

  constructor(find: FindCluster, operations: Pick<Operations, 'submit'>, writer: Writer, long: LongActions) {
    this.#find = find;
    this.#operations = operations;
    this.#writer = writer;
    this.#long = long;
  }

  /** Makes the operations of all batches and long actions known. */
  register(runner: Pick<Operations, 'register'>): void {
    for (const { id, batch } of Object.values(actions)) {
      if (isLong(id)) runner.register(batchKind(id), this.#long[id].handler);
      else if (batch) runner.register(batchKind(id), batchHandler(id, this.#find, this.#writer));
    }
  }

  async one(
    id: QuickActionId,
    params: CollectionRef & { namespace: string; name: string },
    {
      uid,
      seen,
      ...call
    }: Omit<ActionCall, 'resolved'> & { uid?: string | undefined; seen?: string | undefined },
  ): Promise<ActionOutcome> {
    const { namespace, name } = params;
    const subject = subjectOf(await this.#kind(id, params), { namespace, name, uid, seen });
    const resolved = await implementations[id].resolve?.(subject, call.parameters);
    return act(id, subject, { ...call, resolved }, this.#writer);
  }

  /** Submits; the operation goes on whatever becomes of the caller. Returns its id. */
  async many(id: ActionId, params: CollectionRef, many: Many, actor: OperationActor): Promise<string> {
    const kind = await this.#kind(id, params);
    const { group, plural } = params;
    const { id: cluster, name } = kind.cluster;
    return this.#operations.submit<BatchInput, BatchItem>({
      kind: batchKind(id),
      input: { group, plural, parameters: many.parameters },
      items: (await this.#itemsOf(id, kind, many)) as NewItem<BatchItem>[],
      actor,
      cluster: { id: cluster, name },
    });
  }

  async plan(id: ActionId, params: CollectionRef, many: Many, signal: AbortSignal): Promise<unknown> {
    const kind = await this.#kind(id, params);
    const subjects = many.targets.map((target) => subjectOf(kind, target, signal));
    if (isLong(id)) {
      const long = this.#long[id] as LongAction;
      return long.plan(kind.cluster, subjects, many.parameters, signal);
    }
    return implementations[id].plan?.(subjects, many.parameters);
  }

  async #itemsOf(id: ActionId, kind: ServedKind, many: Many): Promise<NewItem<unknown>[]> {
    if (!isLong(id)) return itemsOf(id, kind, many);
    const subjects = many.targets.map((target) => subjectOf(kind, target));
    return (this.#long[id] as LongAction).begin(kind.cluster, subjects, many.parameters);
  }

  async #kind(id: ActionId, params: CollectionRef): Promise<ServedKind> {
    const kind = await servedKind(this.#find, params);
    checkAction(kind, id);
    return kind;
  }
}

function isLong(id: ActionId): id is LongActionId {
  return actions[id].isLong;
}

/** One item a target, with what will be written fixed; a target where that cannot be said fails alone, at its turn. */
async function itemsOf(id: QuickActionId, kind: ServedKind, { targets, parameters }: Many) {
  const items = targets.map((target) => ({
    target: target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`,
    input: { target, resolved: null } as BatchItem,
  }));
  if (implementations[id].resolve === undefined) return items;
  await runPool(items, { concurrency: resolvers, mayGoOn: () => true }, async (item) => {
    item.input = await resolvedItem(id, kind, item.input.target, parameters);
  });
  return items;
}
