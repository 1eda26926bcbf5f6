import type {
  InputOf,
  manifestEndpoints,
  OutputOf,
  Requirement,
  resourceEndpoints,
} from '@pilothouse/contract';
import type { z } from 'zod';
import type {
  ItemAudit,
  ItemOutcome,
  ItemRun,
  NewItem,
  OperationScope,
} from '../../operations/operation-handler.ts';

type PlanCall = InputOf<typeof manifestEndpoints.planManifests>;
type RunCall = InputOf<typeof manifestEndpoints.runManifests>;
type ObjectParams = InputOf<typeof resourceEndpoints.getResource>['params'];
export type WholeObject = OutputOf<typeof resourceEndpoints.getResource>['object'];
export type DocumentPlan = OutputOf<typeof manifestEndpoints.planManifests>['documents'][number];

/** Who writes, and the call's `Audit-ID`. */
export interface Writing {
  subject: { userId: string; username: string };
  auditId: string;
}

/** A document as it is applied. */
export interface TaskItemDocument {
  kind: { group: string; version: string; plural: string; kind: string; namespaced: boolean };
  namespace: string | null;
  name: string;
  isGenerated: boolean;
  target: string;
  turn: number;
  document: string;
}
export type ApplyOptions = Pick<RunCall['body'], 'fieldValidation' | 'force'>;

/** Many documents at once, as Apply YAML plans and applies them: there is no other way for tasks. */
export interface DocumentDoor {
  item: z.ZodType<TaskItemDocument>;
  plan(call: PlanCall, writing: Writing, signal: AbortSignal): Promise<{ documents: DocumentPlan[] }>;
  /** What is chosen, its rights asked; and where each of the text goes, null where that cannot be said. */
  prepare(
    call: Pick<RunCall['body'], 'text' | 'namespace' | 'documents'> & { cluster: string },
    actor: { userId: string },
    signal: AbortSignal,
  ): Promise<{
    items: NewItem<TaskItemDocument>[];
    located: (DocumentPlan['namespaceFrom'] | null)[];
  }>;
  requirementsOf(cluster: string, item: TaskItemDocument): Requirement[];
  auditOf(cluster: string, item: TaskItemDocument, force: boolean): ItemAudit;
  apply(
    run: Pick<ItemRun<ApplyOptions, TaskItemDocument>, 'item' | 'auditId' | 'signal' | 'step' | 'wait'> & {
      operation: Pick<OperationScope<ApplyOptions>, 'input' | 'cluster' | 'actor'>;
    },
  ): Promise<{ outcome: ItemOutcome; object: WholeObject | null }>;
}

/** Single objects, through the one writer. */
export interface ObjectRemoval {
  /** Null where there is none. */
  read(params: ObjectParams, signal: AbortSignal): Promise<WholeObject | null>;
  /** Deletes the object of this uid, if it agrees with what is there. */
  remove(
    params: ObjectParams,
    uid: string,
    run: Writing & { signal: AbortSignal; agrees: (before: WholeObject | null) => boolean },
  ): Promise<void>;
}
