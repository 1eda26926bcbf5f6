import type { AuditTarget, endpoints, OutputOf, Requirement } from '@pilothouse/contract';
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

export type Params = Record<string, string | number>;

/** A code the SPA translates as `operationResult.<code>` (or `errors.<code>` where an item failed). */
export interface ItemResult {
  code: string;
  params: Params;
}

/** How an item ended; a failure is thrown, `cancelled` is for what tells how a cancel left it. */
export interface ItemOutcome {
  state: 'succeeded' | 'skipped' | 'cancelled';
  code: string;
  params?: Params;
  /** HTTP status of the cluster's answer, for the audit row. */
  clusterStatus?: number;
}

/** How an item ended. */
export interface ItemEnd {
  state: 'succeeded' | 'skipped' | 'failed' | 'cancelled';
  result: ItemResult;
}

/** What an operation is about, validated by its handler's schemas. */
export interface OperationScope<Input> {
  id: string;
  input: Input;
  cluster: OperationCluster | null;
  actor: OperationActor;
}

/** An item as it is added. Two are the same when target and input are. */
export interface NewItem<Item> {
  /** What people see: a node's name, `namespace/pod`, a build step. */
  target: string;
  input: Item;
  /** It is there to be seen, and not to be run: skipped, or refused. */
  ended?: { state: 'skipped' | 'failed'; code: string; params?: Params };
}

/** How a part of an item ended. */
export interface ChildEnd extends ItemEnd {
  target: string;
}

/** One item's turn. */
export interface ItemRun<Input, Item> {
  operation: OperationScope<Input>;
  item: Item;
  /** When an earlier attempt began it, which may have come anywhere; null at the first. */
  begunAt: Date | null;
  /** Goes out as `Audit-ID` with every changing call to the cluster; new at each attempt. */
  auditId: string;
  /** Aborted when the lease is lost or the platform stops; with `interruptible` also by a cancel. */
  signal: AbortSignal;
  /**
   * Records where the item is, a code the SPA translates as `operationStep.<code>`. Throws where the operation may not go
   * on.
   */
  step: (code: string, params?: Params) => Promise<void>;
  /**
   * Waits without a slot, so that others of the kind may work meanwhile: for whatever takes long and costs nothing here.
   * Rejects as `until` does, and when `signal` is aborted.
   */
  wait: <T>(until: Promise<T>) => Promise<T>;
  /**
   * Adds what is not there yet to the operation's end, to be run as every item is. Adding is harmless to repeat.
   */
  add: (items: NewItem<Item>[]) => Promise<void>;
  /**
   * Adds what is not there yet as parts of this item, runs all its parts that have not ended, those of an earlier attempt
   * included, and resolves with how each of them ended; one that never had its turn is `cancelled`. A part has no parts.
   */
  children: (items: NewItem<Item>[], options?: { concurrency?: number }) => Promise<ChildEnd[]>;
}

/** What an action's operation was asked for. */
export type OperationRequested = OutputOf<typeof endpoints.getOperationRequest>;

/** The audit row an item gets of its own. */
export interface ItemAudit {
  code: string;
  target: AuditTarget;
  params?: Record<string, string | number | boolean | null>;
}

/**
 * A kind of operation. `run` must be harmless to repeat: after a kill -9 the next process runs an unfinished item again
 * from its beginning, and a retry runs it again with the same input. So what it will write is fixed in the item's input.
 */
export type OperationOptions = Record<string, string | number | boolean | null>;

export interface OperationHandler<Input, Item> {
  input: z.ZodType<Input>;
  item: z.ZodType<Item>;
  /** Inputs may hold secrets: they are sealed, and erased when the operation ends; then it cannot be retried. */
  sealed?: boolean;
  /** Operations of this kind at work in one process at once; default 4. */
  slots?: number;
  /** Items at work at once, waiting or not; default 1. */
  concurrency?: number | ((operation: OperationScope<Input>) => number);
  /** Items of another turn wait until those of the one before have ended; all have the same unless told. */
  turnOf?: (item: Item) => number;
  /** After a failure the rest is skipped, as where items build on each other. */
  stopsAtFailure?: boolean | ((operation: OperationScope<Input>) => boolean);
  /** A cancel aborts the items at work instead of waiting for them. */
  interruptible?: boolean;
  /**
   * What an item has for itself among the operations of its kind on its cluster, until it has ended: a second one that
   * wants it is refused with `underWay`.
   */
  claims?: (item: Item) => string[];
  /** What was chosen, to be shown with the operation; never secrets. */
  options?: (input: Input) => OperationOptions;
  /** What it was asked for, so that it can be asked for again; of the items of the upper level. */
  request?: (input: Input, items: Item[]) => OperationRequested;
  /** The rights the actor must still have when the item's turn comes. */
  requirements: (operation: OperationScope<Input>, item: Item) => Requirement[];
  /** Null where the operation's own row says it all. */
  audit: (operation: OperationScope<Input>, item: Item) => ItemAudit | null;
  run: (run: ItemRun<Input, Item>) => Promise<ItemOutcome>;
  /**
   * Takes back what an item has done that was begun and does not come to its end: it failed, was cancelled, or never has its
   * turn again. Harmless to repeat. Resolves with how a cancel is told.
   */
  undo?: (operation: OperationScope<Input>, item: Item) => Promise<ItemResult>;
  /**
   * An item's input for a retry, where that is not the same again: asked once, when the retry is submitted, of items whose
   * requirements the actor of the retry meets.
   */
  renew?: (operation: OperationScope<Input>, item: Item) => Promise<Item>;
}

/** What `submit` takes. */
export interface OperationRequest<Input, Item> {
  kind: string;
  input: Input;
  items: NewItem<Item>[];
  actor: OperationActor;
  cluster: OperationCluster | null;
}
