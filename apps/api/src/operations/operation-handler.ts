import type { AuditTarget, Requirement } from '@pilothouse/contract';
import type { z } from 'zod';

/** On whose behalf an operation runs; `userId` is null for what the platform does by itself. */
export interface OperationActor {
  userId: string | null;
  username: string;
  /** Where the request came from, for the audit rows of its items. */
  address: string;
}

/** The cluster an operation is about, as it was when it was submitted. */
export interface OperationCluster {
  id: string;
  name: string;
}

/** A code the SPA translates as `operationResult.<code>` (or `errors.<code>` where an item failed). */
export interface ItemResult {
  code: string;
  params: Record<string, string | number>;
}

/** How an item ended well; a failure is thrown. */
export interface ItemOutcome {
  state: 'succeeded' | 'skipped';
  code: string;
  params?: Record<string, string | number>;
  /** HTTP status of the cluster's answer, for the audit row. */
  clusterStatus?: number;
}

/** What an operation is about, validated by its handler's schemas. */
export interface OperationScope<Input> {
  id: string;
  input: Input;
  cluster: OperationCluster | null;
  actor: OperationActor;
}

/** One item's turn. */
export interface ItemRun<Input, Item> {
  operation: OperationScope<Input>;
  item: Item;
  /** Goes out as `Audit-ID` with every changing call to the cluster; new at each attempt. */
  auditId: string;
  /** Aborted when the lease is lost or the platform stops; with `interruptible` also by a cancel. */
  signal: AbortSignal;
  /** Records where the item is (shown as it stands); throws where the operation may not go on. */
  step: (text: string) => Promise<void>;
}

/** The audit row an item gets of its own. */
export interface ItemAudit {
  code: string;
  target: AuditTarget;
  params?: Record<string, string | number | boolean | null>;
}

/**
 * A kind of operation. `run` must be harmless to repeat: after a kill -9 the next process runs an unfinished item again
 * from its beginning.
 */
export interface OperationHandler<Input, Item> {
  input: z.ZodType<Input>;
  item: z.ZodType<Item>;
  /** Items at work at once; default 1. */
  concurrency?: number;
  /** Items build on each other: after a failure the rest is skipped. */
  sequential?: boolean;
  /** A cancel aborts the item at work instead of waiting for it. */
  interruptible?: boolean;
  /** The rights the actor must still have when the item's turn comes. */
  requirements: (operation: OperationScope<Input>, item: Item) => Requirement[];
  /** Null where the operation's own row says it all. */
  audit: (operation: OperationScope<Input>, item: Item) => ItemAudit | null;
  run: (run: ItemRun<Input, Item>) => Promise<ItemOutcome>;
}

/** What `submit` takes. */
export interface OperationRequest<Input, Item> {
  kind: string;
  input: Input;
  /** `target` is what people see: a node's name, `namespace/pod`, a build step. */
  items: { target: string; input: Item }[];
  actor: OperationActor;
  cluster: OperationCluster | null;
}
