import type { Requirement } from '@pilothouse/contract';
import { AppError } from '../http/app-error.ts';
import { runPool } from './item-pool.ts';
import { defaultLeaseTimes, RunnerStopping, type LeaseTimes } from './lease-keeper.ts';
import { OperationChanges, type OperationChange, type OperationListener } from './operation-changes.ts';
import type {
  NewItem,
  OperationActor,
  OperationHandler,
  OperationOptions,
  OperationRequest,
  OperationRequested,
} from './operation-handler.ts';
import { OperationLeases, type Lease } from './operation-leases.repository.ts';
import { OperationRun, type AnyHandler, type RunnerOptions } from './operation-runner.ts';
import type { OperationsRepository } from './operations.repository.ts';
import { Slots } from './slots.ts';
import type { StoredInputs } from './stored-inputs.ts';
import type { Database } from '../db/database.ts';

export interface OperationsOptions extends Pick<RunnerOptions, 'audit' | 'authoriser' | 'onError'> {
  database: Database;
  repository: OperationsRepository;
  inputs: StoredInputs;
  /** Names this process in leases. */
  owner: string;
  times?: LeaseTimes;
  /** How often to look for work nobody announced: left over, or submitted elsewhere. */
  pollMs?: number;
}

/** Operations of one kind at work in one process at once; the rest waits for its turn or another process. */
const defaultSlots = 4;
/** Operations of one kind that a process holds, most of them waiting for something. */
const mostHeld = 100;
const soonMs = 100;
/** Items whose inputs are renewed at once for a retry. */
const renewers = 10;

/**
 * The one runner of long work. Every process of the platform has one; an operation is run by whichever takes its lease,
 * and is taken over when that process is gone.
 */
export class Operations {
  readonly #options: OperationsOptions;
  readonly #owner: string;
  readonly #times: LeaseTimes;
  readonly #leases: OperationLeases;
  readonly #changes: OperationChanges;
  readonly #kinds = new Map<string, { handler: AnyHandler; slots: Slots }>();
  readonly #running = new Map<OperationRun, Promise<void>>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor(options: OperationsOptions) {
    this.#options = options;
    this.#owner = options.owner;
    this.#times = options.times ?? defaultLeaseTimes;
    this.#leases = new OperationLeases(options.database, options.inputs, this.#times.leaseMs);
    this.#changes = new OperationChanges(options.repository, options.onError);
  }

  /** Makes a kind known; before `start`. */
  register<Input, Item>(kind: string, handler: OperationHandler<Input, Item>): void {
    if (this.#kinds.has(kind)) throw new Error(`Operation kind ${kind} is registered twice`);
    const slots = new Slots(handler.slots ?? defaultSlots, () => this.#lookSoon());
    this.#kinds.set(kind, { handler: handler as unknown as AnyHandler, slots });
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), this.#options.pollMs ?? 1000);
    this.#look();
  }

  /** Writes the operation and returns its id; it begins at once, here or in another process. */
  async submit<Input, Item>(request: OperationRequest<Input, Item>): Promise<string> {
    const handler = this.#kinds.get(request.kind)?.handler;
    if (handler === undefined) throw new Error(`Operation kind ${request.kind} is not registered`);
    const items = request.items.map((item) => ({ ...item, input: handler.item.parse(item.input) }));
    const checked = { ...request, input: handler.input.parse(request.input), items };
    const { sealed = false, claims } = handler;
    const id = await this.#options.repository.create(checked, sealed, claims);
    this.#changed({ id, actorId: request.actor.userId });
    this.#look();
    return id;
  }

  /** Asks it to stop before its next step. Throws `notCancellable` when it has ended. */
  async cancel(id: string): Promise<void> {
    if (!(await this.#options.repository.requestCancel(id))) throw new AppError('notCancellable');
    for (const run of this.#running.keys()) if (run.operationId === id) run.cancel();
    this.#changed({ id });
  }

  /**
   * Submits what failed in `id` again, on behalf of `actor`, once: with the same inputs, where the kind does not renew
   * them. Throws `notRetryable` where it has not ended, nothing failed, somebody did already, or the inputs have been
   * erased.
   */
  async retry(id: string, actor: OperationActor): Promise<string> {
    const { repository } = this.#options;
    const request = { ...(await repository.undone(id)), actor };
    const { claims } = this.#kinds.get(request.kind)?.handler ?? {};
    const items = await this.#renewed(id, request);
    const retry = await repository.createRetry(id, { ...request, items }, claims);
    this.#changed({ id });
    this.#changed({ id: retry, actorId: actor.userId });
    this.#look();
    return retry;
  }

  /** Called for every operation that changes, in whatever process; returns how to stop listening. */
  onChange(listener: OperationListener): () => void {
    return this.#changes.onChange(listener);
  }

  /** Takes nothing more, lets steps at work end or aborts them, and hands over what is not done. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    clearTimeout(this.#soon);
    this.#changes.stop();
    this.#stopping.abort(new RunnerStopping());
    await this.#looking;
    await Promise.all(this.#running.values());
  }

  /** What was chosen for an operation of a kind; nothing where its input is not to be shown. */
  optionsOf(kind: string, input: unknown): OperationOptions {
    const handler = this.#kinds.get(kind)?.handler;
    const read = input === null ? undefined : handler?.input.safeParse(input);
    return read?.success === true ? (handler?.options?.(read.data) ?? {}) : {};
  }

  /** Whether operations of a kind can be asked for again. */
  isRepeatable(kind: string): boolean {
    return this.#kinds.get(kind)?.handler.request !== undefined;
  }

  /** What an operation was asked for; `items` are the inputs of its upper level. Undefined where it cannot be said. */
  requestOf(kind: string, input: unknown, items: unknown[]): OperationRequested | undefined {
    const handler = this.#kinds.get(kind)?.handler;
    return handler?.request?.(
      handler.input.parse(input),
      items.map((item) => handler.item.parse(item)),
    );
  }

  /** What failed, with inputs for another attempt; an item the actor may not do stays, and is refused at its turn. */
  async #renewed(id: string, request: OperationRequest<unknown, unknown>): Promise<NewItem<unknown>[]> {
    const handler = this.#kinds.get(request.kind)?.handler;
    if (handler?.renew === undefined) return request.items;
    const { cluster, actor } = request;
    const scope = { id, cluster, actor, input: handler.input.parse(request.input) };
    const items = request.items.map((item) => ({ ...item, input: handler.item.parse(item.input) }));
    await runPool(items, { concurrency: renewers, mayGoOn: () => true }, async (item) => {
      if (await this.#may(actor, handler.requirements(scope, item.input)))
        item.input = (await handler.renew?.(scope, item.input)) ?? item.input;
    });
    return items;
  }

  async #may({ userId }: OperationActor, requirements: Requirement[]): Promise<boolean> {
    try {
      if (userId !== null) await this.#options.authoriser.require({ userId }, requirements);
      return true;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }

  #changed(change: OperationChange): void {
    this.#changes.emit(change);
  }

  /** Where many wait and look up by turns, a slot is free many times a second. */
  #lookSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#look();
    }, soonMs);
  }

  /** Takes what there is, once started; calls that come meanwhile are answered by one more round. */
  #look(): void {
    if (this.#timer === undefined) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#takeAll()
      .catch(this.#options.onError)
      .finally(() => {
        this.#looking = undefined;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.#look();
      });
  }

  async #takeAll(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const lease = await this.#leases.take(this.#kindsWithRoom(), this.#owner);
      if (lease === undefined) return;
      this.#changed({ id: lease.id, actorId: lease.actor.userId });
      this.#run(lease);
    }
  }

  #kindsWithRoom(): string[] {
    const held = new Map<string, number>();
    for (const { kind } of this.#running.keys()) held.set(kind, (held.get(kind) ?? 0) + 1);
    return [...this.#kinds]
      .filter(([kind, { slots }]) => slots.hasFree && (held.get(kind) ?? 0) < mostHeld)
      .map(([kind]) => kind);
  }

  #run(lease: Lease): void {
    const kind = this.#kinds.get(lease.kind);
    if (kind === undefined) return;
    const changed = () => this.#changed({ id: lease.id, actorId: lease.actor.userId });
    const { audit, authoriser, onError } = this.#options;
    const run = new OperationRun({
      ...kind,
      lease,
      stopping: this.#stopping.signal,
      options: {
        leases: this.#leases,
        times: this.#times,
        audit,
        authoriser,
        onError,
        onChange: changed,
      },
    });
    const ended = run.toEnd().finally(() => {
      this.#running.delete(run);
      changed();
      if (!this.#stopping.signal.aborted) this.#look();
    });
    this.#running.set(run, ended);
  }
}
