import type { Authoriser } from '../authz/authoriser.ts';
import { newId } from '../db/ids.ts';
import type { AuditLog } from '../http/audit.ts';
import { toAppError } from '../http/error-handler.ts';
import { outcomeOf } from '../http/mount.ts';
import { runPool } from './item-pool.ts';
import { LeaseKeeper, LeaseLost, type LeaseTimes } from './lease-keeper.ts';
import type { ItemOutcome, OperationHandler, OperationScope } from './operation-handler.ts';
import type { ItemEnd, Lease, LeasedItem, OperationLeases } from './operation-leases.repository.ts';

export interface RunnerOptions {
  leases: OperationLeases;
  times: LeaseTimes;
  audit: AuditLog;
  /** Asked before each item; the platform itself is never asked about. */
  authoriser: Pick<Authoriser, 'require'>;
  /** A handler's bug or a database that is away, for the log. */
  onError: (error: unknown) => void;
  /** After every write. */
  onChange: (operationId: string) => void;
}

export type AnyHandler = OperationHandler<unknown, unknown>;

/** An item at work. */
interface Turn {
  operation: OperationScope<unknown>;
  id: string;
  item: unknown;
  auditId: string;
}

/** Runs one leased operation to its end, to a lost lease or to the stop of the platform. */
export class OperationRun {
  readonly #options: RunnerOptions;
  readonly #handler: AnyHandler;
  readonly #lease: Lease;
  readonly #keeper: LeaseKeeper;
  readonly #stopping: AbortSignal;
  #failed = false;

  constructor(run: { options: RunnerOptions; handler: AnyHandler; lease: Lease; stopping: AbortSignal }) {
    this.#options = run.options;
    this.#handler = run.handler;
    this.#lease = run.lease;
    this.#stopping = run.stopping;
    this.#keeper = new LeaseKeeper({
      times: run.options.times,
      cancelRequested: run.lease.cancelRequested,
      renew: () => run.options.leases.renew(run.lease),
    });
  }

  get operationId(): string {
    return this.#lease.id;
  }

  cancel(): void {
    this.#keeper.cancel();
  }

  /** Never rejects: what goes wrong is in the items' rows or in `onError`. */
  async toEnd(): Promise<void> {
    try {
      const items = await this.#options.leases.openItems(this.#lease);
      const concurrency = this.#handler.sequential ? 1 : (this.#handler.concurrency ?? 1);
      this.#failed = await this.#options.leases.hasFailed(this.#lease);
      await runPool(items, { concurrency, mayGoOn: () => this.#mayGoOn() }, (item) => this.#runItem(item));
      if (this.#stopping.aborted && !this.#isDone()) await this.#options.leases.handOver(this.#lease);
      else if (!this.#keeper.lost.aborted) await this.#options.leases.finish(this.#lease, this.#rest());
    } catch (error) {
      if (!(error instanceof LeaseLost)) this.#options.onError(error);
    } finally {
      this.#keeper.release();
    }
  }

  #mayGoOn(): boolean {
    return !this.#stopping.aborted && !this.#keeper.lost.aborted && !this.#isDone();
  }

  /** Nothing of it is to be run any more, whatever is left. */
  #isDone(): boolean {
    return this.#keeper.cancelled.aborted || (this.#failed && this.#handler.sequential === true);
  }

  /** What becomes of items that never had their turn. */
  #rest(): ItemEnd {
    if (this.#keeper.cancelled.aborted) {
      return { state: 'cancelled', result: { code: 'cancelled', params: {} } };
    }
    return { state: 'skipped', result: { code: 'earlierStepFailed', params: {} } };
  }

  async #runItem(item: LeasedItem): Promise<void> {
    const auditId = newId();
    this.#keeper.assertHeld();
    await this.#fenced(this.#options.leases.beginItem(this.#lease, item.id, auditId));
    const end = await this.#outcomeOf(item, auditId);
    if (end === undefined) return;
    if (end.state === 'failed') this.#failed = true;
    await this.#fenced(this.#options.leases.endItem(this.#lease, item.id, end));
  }

  /** Undefined where the item is left as it is, for whoever runs it next. */
  async #outcomeOf(item: LeasedItem, auditId: string): Promise<ItemEnd | undefined> {
    try {
      const operation = this.#scope();
      const input = this.#handler.item.parse(item.input);
      const { state, code, params } = await this.#audited({ operation, id: item.id, item: input, auditId });
      return { state, result: { code, params: params ?? {} } };
    } catch (error) {
      if (error instanceof LeaseLost || this.#keeper.lost.aborted) throw new LeaseLost();
      if (this.#stopping.aborted) return undefined;
      if (this.#handler.interruptible && this.#keeper.cancelled.aborted) {
        return { state: 'cancelled', result: { code: 'cancelled', params: {} } };
      }
      const { code, params } = toAppError(error);
      if (code === 'internal') this.#options.onError(error);
      return { state: 'failed', result: { code, params } };
    }
  }

  #scope(): OperationScope<unknown> {
    const { id, input, cluster, actor } = this.#lease;
    return { id, cluster, actor, input: this.#handler.input.parse(input) };
  }

  async #audited(turn: Turn): Promise<ItemOutcome> {
    const event = this.#handler.audit(turn.operation, turn.item);
    if (event === null) return this.#allowed(turn);
    const { address, userId, username } = turn.operation.actor;
    const principal = userId === null ? null : { userId, username };
    const row = await this.#options.audit.begin({ ...event, principal, address, auditId: turn.auditId });
    try {
      const done = await this.#allowed(turn);
      const { state, code, clusterStatus } = done;
      await row.end({
        outcome: 'succeeded',
        ...(state === 'skipped' && { reason: code }),
        ...(clusterStatus !== undefined && { clusterStatus }),
      });
      return done;
    } catch (error) {
      await row.end(outcomeOf(error));
      throw error;
    }
  }

  async #allowed({ operation, id, item, auditId }: Turn): Promise<ItemOutcome> {
    const { userId } = operation.actor;
    if (userId !== null) {
      await this.#options.authoriser.require({ userId }, this.#handler.requirements(operation, item));
    }
    const signals = [this.#keeper.lost, this.#stopping];
    if (this.#handler.interruptible) signals.push(this.#keeper.cancelled);
    const step = (text: string) => this.#fenced(this.#options.leases.recordStep(this.#lease, id, text));
    return this.#handler.run({ operation, item, auditId, signal: AbortSignal.any(signals), step });
  }

  /** A write that the fence refused means that this process is no longer the one. */
  async #fenced(write: Promise<boolean>): Promise<void> {
    if (await write) return this.#options.onChange(this.#lease.id);
    this.#keeper.lose();
    throw new LeaseLost();
  }
}
