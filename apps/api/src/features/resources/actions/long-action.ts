import type { LongActionId, ParametersOf, PlanOf } from '@pilothouse/contract';
import type { NewItem, OperationHandler } from '../../../operations/operation-handler.ts';
import type { ResourceCluster } from '../resource-cluster.ts';
import type { ActionSubject } from './action-implementation.ts';

/** An action that is an operation of its own kind, of one object as well. */
export interface LongAction<P = unknown, Plan = unknown> {
  /** Looks at all objects first: what it throws, nothing has happened. Answers with the items to begin with. */
  begin(cluster: ResourceCluster, subjects: ActionSubject[], parameters: P): Promise<NewItem<unknown>[]>;
  plan(
    cluster: ResourceCluster,
    subjects: ActionSubject[],
    parameters: P,
    signal: AbortSignal,
  ): Promise<Plan>;
  /** Its input is the kind and the parameters. */
  handler: OperationHandler<never, never>;
}

/** Each long action of the contract. */
export type LongActions = { [Id in LongActionId]: LongAction<ParametersOf<Id>, PlanOf<Id>> };
