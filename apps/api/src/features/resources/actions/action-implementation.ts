import type { ActionId, kubernetesObject, ParametersOf, PlanOf } from '@pilothouse/contract';
import type { CallOptions, ClusterConnection, ObjectRef } from '@pilothouse/kube';
import type { z } from 'zod';
import type { ServedKind } from '../resource-cluster.ts';
import type { SubjectWriter } from './subject-writer.ts';

export type WholeObject = z.output<typeof kubernetesObject>;

/** One object that something is to be done to. */
export interface ActionSubject {
  kind: ServedKind;
  connection: ClusterConnection;
  ref: ObjectRef;
  /** Another object of the same name is left alone. */
  uid: string | undefined;
  /** What a plan had seen of it (`seenOf`). */
  seen: string | undefined;
  signal: AbortSignal | undefined;
}

/** One object's turn. */
export interface ActionRun<P = unknown, R = unknown> extends ActionSubject {
  /** The user in whose name it is done. */
  username: string;
  parameters: P;
  /** What `resolve` fixed when the action was submitted. */
  resolved: R;
  /** The one way to write the object. */
  writer: SubjectWriter;
  /** For calls that read. */
  read: CallOptions;
}

export interface ActionOutcome {
  /** The object as the cluster left it; null once it is gone. */
  object: WholeObject | null;
  /** It was so already, and nothing was sent. */
  alreadySo: boolean;
}

/** What an action does in a cluster: what `kubectl` does; harmless to repeat. */
export interface ActionImplementation<P = unknown, R = unknown, Plan = unknown> {
  /** Fixes what will be written, so that a repeated attempt writes the same; the answer is kept as JSON. */
  resolve?(subject: ActionSubject, parameters: P): R | Promise<R>;
  /** Rejects with AppError or KubeError. */
  run(run: ActionRun<P, R>): Promise<ActionOutcome>;
  plan?(subjects: ActionSubject[], parameters: P): Promise<Plan>;
}

/** The implementation of one action of the contract; one that has a plan must make it. */
export type ImplementationOf<Id extends ActionId, R = unknown> =
  PlanOf<Id> extends undefined
    ? Omit<ActionImplementation<ParametersOf<Id>, R>, 'plan'>
    : Required<Pick<ActionImplementation<ParametersOf<Id>, R, PlanOf<Id>>, 'plan'>> &
        ActionImplementation<ParametersOf<Id>, R, PlanOf<Id>>;
