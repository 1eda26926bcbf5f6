import type { Authoriser } from '../authz/authoriser.ts';
import { newId } from '../db/ids.ts';
import type { AuditLog } from '../http/audit.ts';
import { toAppError } from '../http/error-handler.ts';
import { outcomeOf } from '../http/mount.ts';
import { ItemPool, runPool } from './item-pool.ts';
import { LeaseKeeper, LeaseLost, type LeaseTimes } from './lease-keeper.ts';
import type {
  ChildEnd,
  ItemEnd,
  ItemOutcome,
  ItemRun,
  NewItem,
  OperationHandler,
  OperationScope,
} from './operation-handler.ts';
import type { Lease, LeasedItem, OperationLeases } from './operation-leases.repository.ts';
import { SlotUse, type Slots } from './slots.ts';

export interface RunnerOptions {
  leases: OperationLeases;
  times: LeaseTimes;
  audit: AuditLog;
  /** Asked before each item; the platform itself is never asked about. */
  authoriser: Pick<Authoriser, 'require'>;
  /** A handler's bug or a database that is away, for the log. */
  onError: (error: unknown) => void;
  /** After every write. */
  onChange: () => void;
}

export type AnyHandler = OperationHandler<unknown, unknown>;

/** An operation that took its process down this often is given up. */
const maxAttempts = 10;
const abandoned: ItemEnd = { state: 'failed', result: { code: 'abandoned', params: {} } };
const cancelled: ItemEnd = { state: 'cancelled', result: { code: 'cancelled', params: {} } };

/** Runs one leased operation to its end, to a lost lease or to the stop of the platform. */
export class OperationRun {
  readonly #options: RunnerOptions;
  readonly #handler: AnyHandler;
  readonly #lease: Lease;
  readonly #keeper: LeaseKeeper;
  readonly #stopping: AbortSignal;
  /** What items at work hear. */
  readonly #signal: AbortSignal;
  readonly #slot: SlotUse;
  #pool: ItemPool<LeasedItem> | undefined;
  #failed = false;

  /** `slots` are those of its kind. */
  constructor(run: {
    options: RunnerOptions;
    handler: AnyHandler;
    lease: Lease;
    slots: Slots;
    stopping: AbortSignal;
  }) {
    this.#options = run.options;
    this.#handler = run.handler;
    this.#lease = run.lease;
    this.#stopping = run.stopping;
    this.#slot = new SlotUse(run.slots);
    this.#keeper = new LeaseKeeper({
      times: run.options.times,
      cancelRequested: run.lease.cancelRequested,
      renew: () => run.options.leases.renew(run.lease),
    });
    const { lost, cancelled: cancel } = this.#keeper;
    this.#signal = AbortSignal.any([lost, this.#stopping, ...(this.#handler.interruptible ? [cancel] : [])]);
  }

  get operationId(): string {
    return this.#lease.id;
  }

  get kind(): string {
    return this.#lease.kind;
  }

  cancel(): void {
    this.#keeper.cancel();
  }

  /** Never rejects: what goes wrong is in the items' rows or in `onError`. */
  async toEnd(): Promise<void> {
    try {
      const isGivenUp = this.#lease.attempt > maxAttempts;
      if (!isGivenUp) await this.#runItems();
      if (this.#stopping.aborted && !this.#isDone()) await this.#options.leases.handOver(this.#lease);
      else if (!this.#keeper.lost.aborted) await this.#finish(isGivenUp ? abandoned : this.#rest());
    } catch (error) {
      if (!(error instanceof LeaseLost)) this.#options.onError(error);
    } finally {
      this.#keeper.release();
    }
  }

  /** Ends the operation: what never has its turn, or never again, becomes `rest`. */
  async #finish(rest: ItemEnd): Promise<void> {
    const { leases } = this.#options;
    const open = this.#handler.undo === undefined ? [] : await leases.openItems(this.#lease);
    for (const item of open) {
      if (item.begunAt === null) continue;
      const end = await this.#undone(item, rest);
      await this.#fenced(() => leases.endItem(this.#lease, item.id, end));
    }
    await leases.finish(this.#lease, rest);
  }

  /** How an item ends that has not come to its own. */
  async #undone({ input }: LeasedItem, end: ItemEnd): Promise<ItemEnd> {
    const result = await this.#handler.undo?.(this.#scope(), this.#handler.item.parse(input));
    return result !== undefined && end.state === 'cancelled' ? { ...end, result } : end;
  }

  async #runItems(): Promise<void> {
    // the slot that was free when the lease was taken; once items are at work, they hold it
    const begun = this.#slot.begin(this.#signal);
    let ended: Promise<void>;
    try {
      await begun;
      const { leases } = this.#options;
      const items = await leases.openItems(this.#lease);
      this.#failed = await leases.hasFailed(this.#lease);
      const { concurrency = 1, turnOf } = this.#handler;
      this.#pool = new ItemPool(
        {
          concurrency: typeof concurrency === 'function' ? concurrency(this.#scope()) : concurrency,
          mayGoOn: () => this.#mayGoOn(),
          ...(turnOf && { turnOf: ({ input }) => turnOf(this.#handler.item.parse(input)) }),
        },
        async (item) => {
          const end = await this.#runItem(item, false);
          if (end?.state === 'failed') this.#failed = true;
        },
      );
      this.#pool.push(items);
      ended = this.#pool.run();
    } finally {
      this.#slot.end();
    }
    await ended;
  }

  #mayGoOn(): boolean {
    return !this.#stopping.aborted && !this.#keeper.lost.aborted && !this.#isDone();
  }

  /** Nothing of it is to be run any more, whatever is left. */
  #isDone(): boolean {
    return this.#keeper.cancelled.aborted || (this.#failed && this.#stopsAtFailure());
  }

  #stopsAtFailure(): boolean {
    const { stopsAtFailure = false } = this.#handler;
    return typeof stopsAtFailure === 'function' ? stopsAtFailure(this.#scope()) : stopsAtFailure;
  }

  /** What becomes of items that never had their turn. */
  #rest(): ItemEnd {
    if (this.#keeper.cancelled.aborted) return cancelled;
    return { state: 'skipped', result: { code: 'earlierStepFailed', params: {} } };
  }

  /** Undefined where the item is left as it is, for whoever runs it next. */
  async #runItem(item: LeasedItem, isPart: boolean): Promise<ItemEnd | undefined> {
    const auditId = newId();
    try {
      await this.#slot.begin(this.#signal);
      if (this.#signal.aborted) return undefined;
      this.#keeper.assertHeld();
      const { leases } = this.#options;
      await this.#fenced(() => leases.beginItem(this.#lease, item.id, auditId));
      const end = await this.#outcomeOf(item, auditId, isPart);
      if (end !== undefined) await this.#fenced(() => leases.endItem(this.#lease, item.id, end));
      return end;
    } finally {
      this.#slot.end();
    }
  }

  async #outcomeOf(item: LeasedItem, auditId: string, isPart: boolean): Promise<ItemEnd | undefined> {
    try {
      const input = this.#handler.item.parse(item.input);
      const { id, begunAt } = item;
      const run = this.#turnOf({ id, input, begunAt, auditId, isPart });
      const { state, code, params } = await this.#audited(run);
      return { state, result: { code, params: params ?? {} } };
    } catch (error) {
      if (error instanceof LeaseLost || this.#keeper.lost.aborted) throw new LeaseLost();
      if (this.#stopping.aborted) return undefined;
      if (this.#handler.interruptible && this.#keeper.cancelled.aborted) return this.#undone(item, cancelled);
      const { code, params } = toAppError(error);
      if (code === 'internal') this.#options.onError(error);
      return this.#undone(item, { state: 'failed', result: { code, params } });
    }
  }

  #scope(): OperationScope<unknown> {
    const { id, input, cluster, actor } = this.#lease;
    return { id, cluster, actor, input: this.#handler.input.parse(input) };
  }

  #turnOf(turn: {
    id: string;
    input: unknown;
    begunAt: Date | null;
    auditId: string;
    isPart: boolean;
  }): ItemRun<unknown, unknown> {
    const { id, input, begunAt, auditId, isPart } = turn;
    const { leases } = this.#options;
    return {
      operation: this.#scope(),
      item: input,
      begunAt,
      auditId,
      signal: this.#signal,
      step: async (code, params = {}) => {
        await this.#fenced(() => leases.recordStep(this.#lease, id, code, params));
      },
      wait: (until) => this.#withoutSlot(() => orAborted(until, this.#signal)),
      add: async (items) => {
        const { added } = await this.#add(null, items);
        this.#pool?.push(added.filter(({ end }) => end === undefined));
      },
      children: (items, { concurrency = Infinity } = {}) => {
        if (isPart) throw new Error('A part of an item has no parts');
        return this.#runChildren(id, items, concurrency);
      },
    };
  }

  async #runChildren(parentId: string, items: NewItem<unknown>[], concurrency: number): Promise<ChildEnd[]> {
    const { before, added } = await this.#add(parentId, items);
    const all = [...before, ...added];
    const ends = new Map(all.map(({ id, end }) => [id, end]));
    const open = all.filter(({ end }) => end === undefined);
    const mayGoOn = () => !this.#signal.aborted && !this.#keeper.cancelled.aborted;
    await this.#withoutSlot(() =>
      runPool(open, { concurrency, mayGoOn }, async (item) => {
        ends.set(item.id, await this.#runItem(item, true));
      }),
    );
    this.#signal.throwIfAborted();
    return all.map(({ id, target }) => ({ target, ...(ends.get(id) ?? cancelled) }));
  }

  /** An item that waits for something else than itself holds no slot. */
  async #withoutSlot<T>(work: () => Promise<T>): Promise<T> {
    const working = work();
    this.#slot.end();
    try {
      return await working;
    } finally {
      await this.#slot.begin(this.#signal);
    }
  }

  async #add(parentId: string | null, items: NewItem<unknown>[]) {
    const sealed = this.#handler.sealed === true;
    const parsed = items.map((item) => ({ ...item, input: this.#handler.item.parse(item.input) }));
    return this.#fenced(() => this.#options.leases.addItems(this.#lease, { parentId, sealed }, parsed));
  }

  async #audited(run: ItemRun<unknown, unknown>): Promise<ItemOutcome> {
    const event = this.#handler.audit(run.operation, run.item);
    if (event === null) return this.#allowed(run);
    const { address, userId, username } = run.operation.actor;
    const principal = userId === null ? null : { userId, username };
    const row = await this.#options.audit.begin({ ...event, principal, address, auditId: run.auditId });
    try {
      const done = await this.#allowed(run);
      const { state, code, clusterStatus } = done;
      await row.end({
        outcome: 'succeeded',
        ...(state !== 'succeeded' && { reason: code }),
        ...(clusterStatus !== undefined && { clusterStatus }),
      });
      return done;
    } catch (error) {
      await row.end(outcomeOf(error));
      throw error;
    }
  }

  async #allowed(run: ItemRun<unknown, unknown>): Promise<ItemOutcome> {
    const { userId } = run.operation.actor;
    if (userId !== null) {
      const requirements = this.#handler.requirements(run.operation, run.item);
      await this.#options.authoriser.require({ userId }, requirements);
    }
    return this.#handler.run(run);
  }

  /** A write that the fence refused means that this process is no longer the one. */
  async #fenced<T>(write: () => Promise<T | false>): Promise<T> {
    const result = await write();
    if (result === false) {
      this.#keeper.lose();
      throw new LeaseLost();
    }
    this.#options.onChange();
    return result;
  }
}

async function orAborted<T>(until: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([until, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
